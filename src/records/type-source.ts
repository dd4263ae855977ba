/**
 * TypeScript from Avro schemas: `types.ts` is written by this (`node --import tsx scripts/schemas.mjs types`), so that
 * every field is documented once, in its schema. A test compares the file with the schemas.
 */

interface NamedSchema {
  readonly type: 'record' | 'enum';
  readonly name: string;
  readonly doc: string;
  readonly fields?: readonly { readonly name: string; readonly type: Schema; readonly doc: string }[];
  readonly symbols?: readonly string[];
}

type Schema = string | readonly Schema[] | NamedSchema | { readonly type: Schema; readonly items?: Schema };

/** Declarations by the name that they declare. */
type Blocks = Map<string, string>;

const HEADER = `// Written by scripts/schemas.mjs from schemas/*.avsc: change those and run it again.
`;

const PRIMITIVES: Readonly<Record<string, string>> = {
  null: 'null',
  boolean: 'boolean',
  int: 'number',
  long: 'number',
  float: 'number',
  double: 'number',
  string: 'string',
  bytes: 'Uint8Array',
};

const LINE_WIDTH = 110;

/**
 * @param schemas parsed schemas by record name (`audio-chunk`), in the order of the output
 * @returns the text of `types.ts`: an interface a record, a union of literals an enum, and `Records` that maps names
 */
export function typeSource(schemas: ReadonlyMap<string, unknown>): string {
  const blocks: Blocks = new Map();
  for (const schema of schemas.values()) declare(schema as NamedSchema, blocks);
  const names = [...schemas].map(
    ([record, schema]) => `  readonly '${record}': ${(schema as NamedSchema).name};`,
  );
  const map = `/** Every record by its schema's file name. */\nexport interface Records {\n${names.join('\n')}\n}\n`;
  // A record of one word needs no quotes, and the formatter removes them.
  return [HEADER, ...blocks.values(), map.replace(/'([a-z]+)':/g, '$1:')].join('\n');
}

/** Adds the declaration of a record or enum, those that it is made of first. */
function declare(schema: NamedSchema, blocks: Blocks): void {
  if (schema.type === 'enum') {
    blocks.set(schema.name, `${comment(schema.doc, '')}${union(schema.name, schema.symbols ?? [])}\n`);
    return;
  }
  const fields = (schema.fields ?? []).map(
    field => `${comment(field.doc, '  ')}  readonly ${field.name}: ${reference(field.type, blocks)};\n`,
  );
  blocks.set(
    schema.name,
    `${comment(schema.doc, '')}export interface ${schema.name} {\n${fields.join('')}}\n`,
  );
}

/** The type expression of a field; declares what it names. */
function reference(schema: Schema, blocks: Blocks): string {
  if (typeof schema === 'string') {
    if (blocks.has(schema)) return schema;
    const primitive = PRIMITIVES[schema];
    if (primitive === undefined) throw new TypeError(`${schema} is not used by any record`);
    return primitive;
  }
  if (isUnion(schema)) {
    const [first, second] = schema;
    if (schema.length !== 2 || first !== 'null' || second === undefined)
      throw new TypeError('a union must be of null and one other type');
    return `${reference(second, blocks)} | null`;
  }
  if ('name' in schema) {
    declare(schema, blocks);
    return schema.name;
  }
  if (schema.type === 'array') return `readonly ${reference(schema.items ?? 'null', blocks)}[]`;
  return reference(schema.type, blocks);
}

function isUnion(schema: Schema): schema is readonly Schema[] {
  return Array.isArray(schema);
}

function union(name: string, symbols: readonly string[]): string {
  const line = `export type ${name} = ${symbols.map(symbol => `'${symbol}'`).join(' | ')};`;
  if (line.length <= LINE_WIDTH) return line;
  return `export type ${name} =\n${symbols.map(symbol => `  | '${symbol}'`).join('\n')};`;
}

/** A documentation comment, on as many lines as it needs. */
function comment(text: string, indent: string): string {
  if (indent.length + text.length + '/** */'.length + 1 <= LINE_WIDTH) return `${indent}/** ${text} */\n`;
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && indent.length + 3 + line.length + 1 + word.length > LINE_WIDTH) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  lines.push(line);
  return `${indent}/**\n${lines.map(each => `${indent} * ${each}\n`).join('')}${indent} */\n`;
}
