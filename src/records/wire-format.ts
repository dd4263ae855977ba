import { PlantsenseError } from '../errors.js';
import type { SchemaSet, WriterSchema } from './schema-set.js';

/**
 * How a message says which schema it was written with. One implementation stands; a schema registry's (a zero byte
 * and a schema id of 4 bytes) fits the same form, with its ids fetched into the schema set before.
 */
export interface WireFormat {
  /** Bytes before the Avro body. */
  readonly headerBytes: number;
  /** Writes the header for `schema` to the start of `target`. */
  writeHeader(schema: WriterSchema, target: Buffer): void;
  /**
   * The schema that the message was written with.
   * @throws PlantsenseError RECORD_NOT_AVRO, RECORD_UNKNOWN_SCHEMA
   */
  readHeader(message: Buffer, schemas: SchemaSet): WriterSchema;
}

const MAGIC = 0xc301;

/** Avro single-object encoding: C3 01, the schema's CRC-64-AVRO fingerprint (little endian), the body. */
export const singleObject: WireFormat = {
  headerBytes: 10,

  writeHeader(schema, target) {
    target.writeUInt16BE(MAGIC, 0);
    target.set(schema.fingerprintBytes, 2);
  },

  readHeader(message, schemas) {
    if (message.length < 2 || message.readUInt16BE(0) !== MAGIC)
      throw new PlantsenseError(
        'RECORD_NOT_AVRO',
        message.length === 0
          ? 'The message is empty.'
          : `The message begins with ${message.toString('hex', 0, 2)}, not with c301, the mark of an Avro single object.`,
      );
    if (message.length < this.headerBytes)
      throw new PlantsenseError(
        'RECORD_TRUNCATED',
        `The message has ${message.length} bytes and ends inside its schema's fingerprint.`,
      );
    const fingerprint = message.toString('hex', 2, 10);
    const schema = schemas.writer(fingerprint);
    if (!schema)
      throw new PlantsenseError(
        'RECORD_UNKNOWN_SCHEMA',
        `The message was written with the schema ${fingerprint}, which this version does not know.`,
      );
    return schema;
  },
};
