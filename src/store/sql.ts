/** A name as ClickHouse reads it, whatever it holds. */
export function identifier(name: string): string {
  return `\`${name.replaceAll('\\', '\\\\').replaceAll('`', '\\`')}\``;
}

/** A string literal. */
export function literal(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

/** `database`.`table`. */
export function qualified(database: string, table: string): string {
  return `${identifier(database)}.${identifier(table)}`;
}
