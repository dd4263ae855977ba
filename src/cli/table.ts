/** Rows of text in columns: two spaces between them, numbers to the right. Empty when there are no rows. */
export function formatTable(headers: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const numeric = headers.map((_, column) => rows.every(row => NUMBER.test(row[column] ?? '')));
  const widths = headers.map((header, column) =>
    Math.max(header.length, ...rows.map(row => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return numeric[column] ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd();
  return [headers, ...rows].map(row => `${line(row)}\n`).join('');
}

const NUMBER = /^(-?[\d.,]+( ?%)?|-)?$/;
