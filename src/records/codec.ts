import avro from 'avsc';
import { PlantsenseError } from '../errors.js';
import { checkRules } from './rules.js';
import { SchemaSet, type WriterSchema } from './schema-set.js';
import type { Records } from './types.js';
import { singleObject, type WireFormat } from './wire-format.js';

export type RecordName = keyof Records;

/** Turns one kind of record into messages and back. */
export interface Codec<N extends RecordName> {
  readonly record: N;
  /** Fingerprint of the schema that `encode` writes with, 16 hex digits. */
  readonly fingerprint: string;
  /**
   * @returns a message of its own memory
   * @throws PlantsenseError RECORD_INVALID: a consumer would refuse it
   */
  encode(value: Records[N]): Buffer;
  /**
   * Reads a message written with the current schema or any that the schema set knows. Fields of bytes are views of
   * `message` (no copy): they change with it, keep its memory alive and may lie at any alignment.
   * @throws PlantsenseError RECORD_NOT_AVRO, RECORD_UNKNOWN_SCHEMA, RECORD_TRUNCATED, RECORD_INVALID
   */
  decode(message: Uint8Array): Records[N];
}

/** A record of any kind, told apart by `record`. */
export type AnyRecord = { [N in RecordName]: { readonly record: N; readonly value: Records[N] } }[RecordName];

/** First guess of a message's size; larger ones are written again into a buffer that fits. */
const SCRATCH_BYTES = 4096;

/** Codecs for the records of a schema set, made on first use. */
export class RecordCodecs {
  readonly #schemas: SchemaSet;
  readonly #wire: WireFormat;
  readonly #codecs = new Map<RecordName, unknown>();

  constructor(schemas: SchemaSet = new SchemaSet(), wire: WireFormat = singleObject) {
    this.#schemas = schemas;
    this.#wire = wire;
  }

  codec<N extends RecordName>(record: N): Codec<N> {
    let made = this.#codecs.get(record);
    if (!made) {
      made = makeCodec(record, this.#schemas, this.#wire);
      this.#codecs.set(record, made);
    }
    return made as Codec<N>;
  }

  /** Reads a message of whatever kind it says it is. Throws as {@link Codec.decode}. */
  decodeAny(message: Uint8Array): AnyRecord {
    const { record } = this.#wire.readHeader(asBuffer(message), this.#schemas);
    return { record, value: this.codec(record as RecordName).decode(message) } as AnyRecord;
  }
}

let shared: RecordCodecs | undefined;

/** The codec of a record with the schemas that Plantsense ships, in single-object encoding. */
export function codec<N extends RecordName>(record: N): Codec<N> {
  shared ??= new RecordCodecs();
  return shared.codec(record);
}

/** Reads a message of whatever kind it says it is, with the schemas that Plantsense ships. */
export function decodeAny(message: Uint8Array): AnyRecord {
  shared ??= new RecordCodecs();
  return shared.decodeAny(message);
}

function makeCodec<N extends RecordName>(record: N, schemas: SchemaSet, wire: WireFormat): Codec<N> {
  const current = schemas.current(record);
  const resolvers = new Map<WriterSchema, Resolver | undefined>([[current, undefined]]);
  const scratch = Buffer.alloc(SCRATCH_BYTES);
  const prepare = bufferPreparation<Records[N]>(current.type);

  return {
    record,
    fingerprint: current.fingerprint,

    encode(value) {
      const message = write(prepare(value), current, wire, scratch);
      // What JavaScript holds and Avro doesn't, half a surrogate pair for one, shows here.
      current.check(message, wire.headerBytes);
      checkRules(record, value);
      return message;
    },

    decode(message) {
      const bytes = asBuffer(message);
      const writer = wire.readHeader(bytes, schemas);
      if (!resolvers.has(writer)) resolvers.set(writer, resolve(current, writer));
      const resolver = resolvers.get(writer);
      writer.check(bytes, wire.headerBytes);
      // The type that the bytes are laid out by is the writer's; the resolver belongs to the reader's.
      const value = current.type.decode(bytes, wire.headerBytes, resolver).value as Records[N];
      checkRules(record, value);
      return value;
    },
  };
}

type Resolver = ReturnType<avro.Type['createResolver']>;

function resolve(reader: WriterSchema, writer: WriterSchema): Resolver {
  if (reader.record !== writer.record)
    throw new PlantsenseError(
      'RECORD_UNKNOWN_SCHEMA',
      `The message is of the kind ${writer.record}, but ${reader.record} is expected here.`,
    );
  return reader.type.createResolver(writer.type);
}

/** @throws PlantsenseError RECORD_INVALID when the value doesn't fit the schema */
function write(value: unknown, schema: WriterSchema, wire: WireFormat, scratch: Buffer): Buffer {
  try {
    const end = schema.type.encode(value, scratch, wire.headerBytes);
    // Negative: as many bytes more are needed.
    const message = Buffer.allocUnsafeSlow(end >= 0 ? end : scratch.length - end);
    if (end >= 0) scratch.copy(message, 0, 0, end);
    else schema.type.encode(value, message, wire.headerBytes);
    wire.writeHeader(schema, message);
    return message;
  } catch (error) {
    throw new PlantsenseError(
      'RECORD_INVALID',
      `A ${schema.record} record does not fit its schema: ${misfit(schema, value)}.`,
      { cause: error },
    );
  }
}

/**
 * avsc finds a value's branch of a union by its class, and takes for bytes only a Buffer: so bytes that may be null
 * become one, without a copy.
 */
function bufferPreparation<T extends object>(type: avro.Type): (value: T) => T {
  const fields = type instanceof avro.types.RecordType ? type.fields : [];
  const nullable = fields
    .filter(({ type: union }) => union instanceof avro.types.UnwrappedUnionType)
    .filter(({ type: union }) => (union as avro.types.UnwrappedUnionType).types.some(isBytes))
    .map(field => field.name as keyof T);
  if (nullable.length === 0) return value => value;
  return value => {
    const prepared = { ...value };
    for (const field of nullable) {
      const bytes = value[field];
      if (bytes instanceof Uint8Array) prepared[field] = asBuffer(bytes) as T[keyof T];
    }
    return prepared;
  };
}

function isBytes(type: avro.Type): boolean {
  return type.typeName === 'bytes';
}

/** Names the fields that don't fit; not their values, which may be long. */
function misfit(schema: WriterSchema, value: unknown): string {
  const paths: string[] = [];
  schema.type.isValid(value, { errorHook: path => paths.push(path.join('.')) });
  return paths.length > 0 ? `look at ${paths.join(', ')}` : 'it is not an object of that kind';
}

/** A view; avsc needs Buffer's methods. */
function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
