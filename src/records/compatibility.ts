import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSchema, readHistory, SchemaSet, type WriterSchema } from './schema-set.js';

/** A current schema that can't read what an earlier release wrote. */
export interface Incompatibility {
  readonly record: string;
  readonly release: string;
  readonly reason: string;
}

/**
 * Tests every schema of `history/` against the current one of the same record: Avro's resolution rules must find a
 * way to read it. A record that is gone is not readable either.
 *
 * @param directory the schemas' directory
 */
export function incompatibilities(directory: string): Incompatibility[] {
  const current = new SchemaSet(directory);
  const found: Incompatibility[] = [];
  for (const { release, schemas } of readHistory(directory)) {
    for (const old of schemas) {
      const reason = current.records.includes(old.record)
        ? whyUnreadable(current.current(old.record), old)
        : 'the record is gone';
      if (reason !== undefined) found.push({ record: old.record, release, reason });
    }
  }
  return found;
}

/** Why `reader` can't read what `writer` wrote, or undefined when it can. */
function whyUnreadable(reader: WriterSchema, writer: WriterSchema): string | undefined {
  try {
    reader.type.createResolver(writer.type);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/**
 * Keeps the current schemas as those of a release, so that later versions go on reading them. A schema that an earlier
 * release holds already, with the same fingerprint, is not kept again.
 *
 * @param directory the schemas' directory
 * @param release the release's version
 * @returns the records whose schemas were written
 */
export function snapshotSchemas(directory: string, release: string): string[] {
  const current = new SchemaSet(directory);
  const known = new Set(readHistory(directory).flatMap(({ schemas }) => schemas.map(s => s.fingerprint)));
  const target = join(directory, 'history', release);
  const written: string[] = [];
  for (const record of current.records) {
    const file = join(target, `${record}.avsc`);
    if (known.has(current.current(record).fingerprint) || existsSync(file)) continue;
    const text = readFileSync(join(directory, `${record}.avsc`), 'utf8');
    parseSchema(record, text);
    mkdirSync(target, { recursive: true });
    writeFileSync(file, text);
    written.push(record);
  }
  return written;
}
