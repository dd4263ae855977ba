import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { codec, RecordCodecs } from './codec.js';
import { incompatibilities, snapshotSchemas } from './compatibility.js';
import { SchemaSet, schemasDirectory } from './schema-set.js';
import { EXAMPLES } from './testing/examples.js';
import { TOPIC_RECORDS } from './topics.js';
import { typeSource } from './type-source.js';

const directory = schemasDirectory();
const files = readdirSync(directory)
  .filter(file => file.endsWith('.avsc'))
  .sort();

function read(file: string): unknown {
  return JSON.parse(readFileSync(join(directory, file), 'utf8'));
}

describe('the schemas', () => {
  it.each(files)('%s documents every record, field and enum', file => {
    const undocumented: string[] = [];
    const visit = (schema: unknown, path: string): void => {
      if (Array.isArray(schema)) for (const each of schema) visit(each, path);
      if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) return;
      const node = schema as Record<string, unknown>;
      const named = node.type === 'record' || node.type === 'enum' || path.endsWith(']');
      if (named && !(typeof node.doc === 'string' && node.doc.endsWith('.'))) undocumented.push(path);
      if (Array.isArray(node.fields))
        for (const field of node.fields as { name: string; type: unknown }[]) {
          visit(field, `${path}[${field.name}]`);
          visit(field.type, `${path}.${field.name}`);
        }
      visit(node.items, `${path}.items`);
    };
    visit(read(file), file);
    expect(undocumented).toEqual([]);
  });

  it('agree with the TypeScript types (else run scripts/schemas.mjs types)', () => {
    const schemas = new Map(files.map(file => [file.slice(0, -'.avsc'.length), read(file)]));
    expect(readFileSync(new URL('./types.ts', import.meta.url), 'utf8')).toBe(typeSource(schemas));
  });

  it('have an example and a topic each', () => {
    const names = files.map(file => file.slice(0, -'.avsc'.length));
    expect(Object.keys(EXAMPLES).sort()).toEqual(names);
    expect([...Object.values(TOPIC_RECORDS), 'dead-letter'].sort()).toEqual(names);
  });

  it('read everything that a released version wrote', () => {
    expect(incompatibilities(directory)).toEqual([]);
  });
});

describe('a changed schema', () => {
  let changed: string;

  beforeEach(() => {
    changed = mkdtempSync(join(tmpdir(), 'plantsense-schemas-'));
    cpSync(directory, changed, { recursive: true, filter: source => !source.includes('history') });
  });

  afterEach(() => rmSync(changed, { recursive: true, force: true }));

  /** Rewrites the fields of the label schema. */
  function change(fields: (fields: { name: string }[]) => object[]): void {
    const file = join(changed, 'label.avsc');
    const schema = JSON.parse(readFileSync(file, 'utf8')) as { fields: { name: string }[] };
    writeFileSync(file, JSON.stringify({ ...schema, fields: fields(schema.fields) }));
  }

  it('still reads the messages of the release before it', () => {
    expect(snapshotSchemas(changed, '1.0.0')).toEqual(new SchemaSet(changed).records);
    change(fields => [
      { name: 'weight', type: 'double', default: 0.5, doc: 'New.' },
      ...fields.filter(field => field.name !== 'comment'),
    ]);
    expect(incompatibilities(changed)).toEqual([]);
    const newer = new RecordCodecs(new SchemaSet(changed)).codec('label');
    expect(newer.fingerprint).not.toBe(codec('label').fingerprint);
    const { comment: _, ...kept } = EXAMPLES.label;
    expect(newer.decode(codec('label').encode(EXAMPLES.label))).toEqual({ ...kept, weight: 0.5 });
    expect(() => newer.decode(codec('label').encode(EXAMPLES.label).subarray(0, 30))).toThrow(
      /beyond the end/,
    );
    expect(snapshotSchemas(changed, '1.1.0')).toEqual(['label']);
  });

  it('is found when it can not: a new field without a default, another type, a record that is gone', () => {
    snapshotSchemas(changed, '1.0.0');
    change(fields => [...fields, { name: 'weight', type: 'double', doc: 'New.' }]);
    expect(incompatibilities(changed)).toMatchObject([{ record: 'label', release: '1.0.0' }]);
    change(fields => fields.map(field => (field.name === 'timeUs' ? { ...field, type: 'string' } : field)));
    expect(incompatibilities(changed)).toHaveLength(1);
    rmSync(join(changed, 'label.avsc'));
    expect(incompatibilities(changed)).toEqual([
      { record: 'label', release: '1.0.0', reason: 'the record is gone' },
    ]);
  });
});
