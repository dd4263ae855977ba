import type { Headers } from '../../port.js';
import { crc32c } from './crc32c.js';
import type { ProducerIdentity } from './produce.js';
import { varintSize, writeVarint } from './varint.js';

/** A message with everything decided that its bytes depend on. */
export interface EncodableRecord {
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers: Headers | undefined;
  readonly timestampMs: number;
}

/** Bytes of a record batch before its records (magic 2). */
export const BATCH_OVERHEAD = 61;
/** A record's own numbers at their longest: length, attributes, time, offset, key and value length, header count. */
const RECORD_OVERHEAD = 36;

const MAGIC = 2;
const CRC_AT = 17;
const CRC_FROM = 21;

const byteLength = (bytes: Uint8Array | null): number => bytes?.length ?? 0;

function headersSize(headers: Headers | undefined): number {
  let size = 0;
  for (const name in headers) {
    const nameBytes = Buffer.byteLength(name);
    const valueBytes = headers[name]!.length;
    size += varintSize(nameBytes) + nameBytes + varintSize(valueBytes) + valueBytes;
  }
  return size;
}

/** An upper bound of a record's size, whatever batch it comes into. */
export function recordSizeBound(record: EncodableRecord): number {
  return RECORD_OVERHEAD + byteLength(record.key) + byteLength(record.value) + headersSize(record.headers);
}

/**
 * Encodes records as one batch (Kafka's message format 2), with a place in the producer's sequence by which the broker
 * recognises a repetition.
 */
export function encodeRecordBatch(
  records: readonly EncodableRecord[],
  producer: ProducerIdentity,
  baseSequence: number,
): Buffer {
  const bound = records.reduce((sum, record) => sum + recordSizeBound(record), BATCH_OVERHEAD);
  const batch = Buffer.allocUnsafe(bound);
  const baseTimestamp = records[0]!.timestampMs;
  let maxTimestamp = baseTimestamp;
  let at = BATCH_OVERHEAD;
  records.forEach((record, i) => {
    maxTimestamp = Math.max(maxTimestamp, record.timestampMs);
    at = writeRecord(batch, at, record, record.timestampMs - baseTimestamp, i);
  });

  batch.writeBigInt64BE(0n, 0); // base offset: the broker's to give
  batch.writeInt32BE(at - 12, 8);
  batch.writeInt32BE(-1, 12); // leader epoch
  batch.writeInt8(MAGIC, 16);
  batch.writeInt16BE(0, 21); // attributes: not compressed, the sender's time
  batch.writeInt32BE(records.length - 1, 23);
  batch.writeBigInt64BE(BigInt(baseTimestamp), 27);
  batch.writeBigInt64BE(BigInt(maxTimestamp), 35);
  batch.writeBigInt64BE(producer.producerId, 43);
  batch.writeInt16BE(producer.producerEpoch, 51);
  batch.writeInt32BE(baseSequence, 53);
  batch.writeInt32BE(records.length, 57);
  batch.writeUInt32BE(crc32c(batch, CRC_FROM, at), CRC_AT);
  return batch.subarray(0, at);
}

function writeRecord(
  buffer: Buffer,
  start: number,
  record: EncodableRecord,
  timestampDelta: number,
  offsetDelta: number,
): number {
  const { key, value, headers } = record;
  const names = headers === undefined ? [] : Object.keys(headers);
  const size =
    1 +
    varintSize(timestampDelta) +
    varintSize(offsetDelta) +
    varintSize(key?.length ?? -1) +
    byteLength(key) +
    varintSize(value?.length ?? -1) +
    byteLength(value) +
    varintSize(names.length) +
    headersSize(headers);
  let at = writeVarint(buffer, start, size);
  buffer[at++] = 0; // attributes
  at = writeVarint(buffer, at, timestampDelta);
  at = writeVarint(buffer, at, offsetDelta);
  at = writeBytes(buffer, at, key);
  at = writeBytes(buffer, at, value);
  at = writeVarint(buffer, at, names.length);
  for (const name of names) {
    at = writeBytes(buffer, at, Buffer.from(name));
    at = writeBytes(buffer, at, headers![name]!);
  }
  return at;
}

function writeBytes(buffer: Buffer, start: number, bytes: Uint8Array | null): number {
  if (bytes === null) return writeVarint(buffer, start, -1);
  const at = writeVarint(buffer, start, bytes.length);
  buffer.set(bytes, at);
  return at + bytes.length;
}
