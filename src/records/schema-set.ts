import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import avro from 'avsc';
import { PlantsenseError } from '../errors.js';
import { viewBytes } from './bytes-view.js';
import { crc64Avro } from './fingerprint.js';
import { structureCheck } from './structure.js';

/** A schema that a message may have been written with: a current one, or one of an earlier release. */
export interface WriterSchema {
  /** Name of the record, the schema file's name: `audio-chunk`. */
  readonly record: string;
  /** CRC-64-AVRO of the canonical form as messages carry it: 16 hex digits, little endian. */
  readonly fingerprint: string;
  readonly fingerprintBytes: Uint8Array;
  readonly type: avro.Type;
  /** Checks a body from `start` to the end of the message. */
  readonly check: (bytes: Buffer, start: number) => void;
}

/**
 * The schemas of a directory: `NAME.avsc` are the current ones, `history/RELEASE/NAME.avsc` those of earlier releases,
 * which readers still understand.
 */
export class SchemaSet {
  readonly #current = new Map<string, WriterSchema>();
  readonly #writers = new Map<string, WriterSchema>();

  /** @throws PlantsenseError FILE_NOT_FOUND, INTERNAL when a schema is not valid Avro */
  constructor(directory: string = schemasDirectory()) {
    for (const schema of readSchemas(directory)) {
      this.#current.set(schema.record, schema);
      this.#writers.set(schema.fingerprint, schema);
    }
    for (const { schemas } of readHistory(directory)) {
      for (const schema of schemas) {
        if (!this.#writers.has(schema.fingerprint)) this.#writers.set(schema.fingerprint, schema);
      }
    }
  }

  /** Names of the current records, sorted. */
  get records(): string[] {
    return [...this.#current.keys()].sort();
  }

  /** The schema that this version writes `record` with. */
  current(record: string): WriterSchema {
    const schema = this.#current.get(record);
    if (!schema) throw new PlantsenseError('INTERNAL', `There is no schema for the record ${record}.`);
    return schema;
  }

  /** The schema with that fingerprint, current or earlier. */
  writer(fingerprint: string): WriterSchema | undefined {
    return this.#writers.get(fingerprint);
  }
}

/** `schemas/` at the package's root: it is as far from `src/records` as from `dist/records`. */
export function schemasDirectory(): string {
  return fileURLToPath(new URL('../../schemas', import.meta.url));
}

/** The schemas of the earlier releases, each with its release's name. */
export function readHistory(directory: string): { release: string; schemas: WriterSchema[] }[] {
  const history = join(directory, 'history');
  if (!existsSync(history)) return [];
  return readdirSync(history, { withFileTypes: true })
    .filter(entry => entry.isDirectory())
    .map(entry => ({ release: entry.name, schemas: readSchemas(join(history, entry.name)) }))
    .sort((a, b) => (a.release < b.release ? -1 : 1));
}

function readSchemas(directory: string): WriterSchema[] {
  if (!existsSync(directory))
    throw new PlantsenseError('FILE_NOT_FOUND', `There is no directory of schemas at ${directory}.`);
  return readdirSync(directory)
    .filter(file => file.endsWith('.avsc'))
    .sort()
    .map(file => parseSchema(file.slice(0, -'.avsc'.length), readFileSync(join(directory, file), 'utf8')));
}

/** @throws PlantsenseError INTERNAL when the text is not an Avro schema */
export function parseSchema(record: string, text: string): WriterSchema {
  let type: avro.Type;
  try {
    type = avro.Type.forSchema(JSON.parse(text), {
      typeHook: viewBytes,
      wrapUnions: 'never',
      omitRecordMethods: true,
    });
  } catch (error) {
    throw new PlantsenseError('INTERNAL', `The schema of ${record} is not valid: ${String(error)}`, {
      cause: error,
    });
  }
  // avsc's bare schema, without documentation, defaults and aliases, is Avro's Parsing Canonical Form.
  const fingerprintBytes = crc64Avro(JSON.stringify(type.schema()));
  return {
    record,
    fingerprint: fingerprintBytes.toString('hex'),
    fingerprintBytes,
    type,
    check: structureCheck(type),
  };
}
