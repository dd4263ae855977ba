import { crc32 } from 'node:zlib';
import { PlantsenseError } from '../../errors.js';
import type { Headers, Message, OutgoingMessage } from '../port.js';

/**
 * A record on disk and on the wire, little endian. Each record carries its own length and checksum, so that a torn
 * write ends the log at a record, a reader takes exactly as many records as it asked for, and compaction copies
 * records as they are. Offsets and times are IEEE doubles: exact up to 2^53, and no BigInt for each message.
 *
 * | at | type | what                                              |
 * |----|------|---------------------------------------------------|
 * | 0  | u32  | size of the whole record                          |
 * | 4  | u32  | CRC-32 of everything after this field             |
 * | 8  | u32  | `PSR1`                                            |
 * | 12 | u32  | bytes of headers                                  |
 * | 16 | f64  | offset                                            |
 * | 24 | f64  | timestamp, milliseconds since the epoch           |
 * | 32 | i32  | bytes of key, -1 for none                         |
 * | 36 | i32  | bytes of value, -1 for none                       |
 * | 40 |      | key, headers (u16 n, name, u32 n, value …), value |
 */
export const RECORD_HEADER_BYTES = 40;
const MAGIC = 0x31525350;
const MAX_HEADER_NAME_BYTES = 0xffff;

/** Bytes that the record of a message takes. @throws PlantsenseError PARAMETER_INVALID for a header name > 64 KiB */
export function recordSize(message: OutgoingMessage): number {
  let size = RECORD_HEADER_BYTES + (message.value?.length ?? 0);
  if (message.key !== null) size += Buffer.byteLength(message.key);
  for (const name in message.headers) {
    const bytes = Buffer.byteLength(name);
    if (bytes > MAX_HEADER_NAME_BYTES) {
      throw new PlantsenseError('PARAMETER_INVALID', `A header's name has ${bytes} bytes.`);
    }
    size += 6 + bytes + message.headers[name]!.length;
  }
  return size;
}

/** Writes the record of a message into `target` at `at`, and gives the position after it. */
export function encodeRecord(
  target: Buffer,
  at: number,
  offset: number,
  timestampMs: number,
  message: OutgoingMessage,
): number {
  const { key, value, headers } = message;
  let position = at + RECORD_HEADER_BYTES;
  const keyBytes = key === null ? -1 : target.write(key, position);
  if (keyBytes > 0) position += keyBytes;
  const headersStart = position;
  for (const name in headers) {
    const content = headers[name]!;
    const nameBytes = target.write(name, position + 2);
    target.writeUInt16LE(nameBytes, position);
    position += 2 + nameBytes;
    target.writeUInt32LE(content.length, position);
    target.set(content, position + 4);
    position += 4 + content.length;
  }
  const headersBytes = position - headersStart;
  if (value !== null) target.set(value, position);
  const end = position + (value?.length ?? 0);
  target.writeUInt32LE(end - at, at);
  target.writeUInt32LE(MAGIC, at + 8);
  target.writeUInt32LE(headersBytes, at + 12);
  target.writeDoubleLE(offset, at + 16);
  target.writeDoubleLE(timestampMs, at + 24);
  target.writeInt32LE(keyBytes, at + 32);
  target.writeInt32LE(value === null ? -1 : value.length, at + 36);
  target.writeUInt32LE(crc32(target.subarray(at + 8, end)), at + 4);
  return end;
}

/** Messages as records one after the other, offsets counted from 0. Absent timestamps become `nowMs`. */
export function encodeRecords(messages: readonly OutgoingMessage[], nowMs: number): Buffer {
  let size = 0;
  for (const message of messages) size += recordSize(message);
  const bytes = Buffer.allocUnsafeSlow(size);
  let at = 0;
  for (let i = 0; i < messages.length; i++) {
    const message = messages[i]!;
    at = encodeRecord(bytes, at, i, message.timestampMs ?? nowMs, message);
  }
  return bytes;
}

export const sizeAt = (bytes: Buffer, at: number): number => bytes.readUInt32LE(at);
export const offsetAt = (bytes: Buffer, at: number): number => bytes.readDoubleLE(at + 16);
export const timestampAt = (bytes: Buffer, at: number): number => bytes.readDoubleLE(at + 24);

/** Bytes of key, headers and value: what a fetch is counted in. */
export const payloadAt = (bytes: Buffer, at: number): number => sizeAt(bytes, at) - RECORD_HEADER_BYTES;

/**
 * Looks at the bytes from `at` to `end` without trusting them.
 *
 * @returns the record's size, which may reach beyond `end`; 0 when there are too few bytes to know it; -1 when this
 *   can't be the start of a record
 */
export function recordSizeAt(bytes: Buffer, at: number, end: number): number {
  if (end - at < 12) return 0;
  const size = sizeAt(bytes, at);
  return size >= RECORD_HEADER_BYTES && bytes.readUInt32LE(at + 8) === MAGIC ? size : -1;
}

/** Whether the whole record at `at`, of a size that `recordSizeAt` gave, is as it was written. */
export function isIntact(bytes: Buffer, at: number, size: number): boolean {
  return bytes.readUInt32LE(at + 4) === crc32(bytes.subarray(at + 8, at + size));
}

/** The key of the record at `at`. */
export function keyAt(bytes: Buffer, at: number): string | null {
  const length = bytes.readInt32LE(at + 32);
  const start = at + RECORD_HEADER_BYTES;
  return length < 0 ? null : bytes.toString('utf8', start, start + length);
}

/** Whether the record at `at` is a tombstone. */
export const isTombstoneAt = (bytes: Buffer, at: number): boolean => bytes.readInt32LE(at + 36) < 0;

/**
 * The message of an intact record. It owns its memory: as a view it would keep all of `bytes`, often a whole fetch, as
 * long as it is kept itself, and its buffer could not be transferred to a worker thread.
 */
export function decodeMessage(bytes: Buffer, at: number, topic: string, partition: number): Message {
  const keyBytes = bytes.readInt32LE(at + 32);
  const valueBytes = bytes.readInt32LE(at + 36);
  const headersStart = at + RECORD_HEADER_BYTES + Math.max(0, keyBytes);
  const headersEnd = headersStart + bytes.readUInt32LE(at + 12);
  return {
    topic,
    partition,
    offset: offsetAt(bytes, at),
    key: keyAt(bytes, at),
    value: valueBytes < 0 ? null : copy(bytes, headersEnd, headersEnd + valueBytes),
    headers: decodeHeaders(bytes, headersStart, headersEnd),
    timestampMs: timestampAt(bytes, at),
  };
}

function copy(bytes: Buffer, start: number, end: number): Uint8Array {
  // Without the pool of small Buffers, which nobody may transfer.
  const copied = Buffer.allocUnsafeSlow(end - start);
  bytes.copy(copied, 0, start, end);
  return copied;
}

const NO_HEADERS: Headers = Object.freeze({});

function decodeHeaders(bytes: Buffer, start: number, end: number): Headers {
  if (start === end) return NO_HEADERS;
  const headers: [string, Uint8Array][] = [];
  for (let at = start; at < end; ) {
    const nameEnd = at + 2 + bytes.readUInt16LE(at);
    const valueEnd = nameEnd + 4 + bytes.readUInt32LE(nameEnd);
    headers.push([bytes.toString('utf8', at + 2, nameEnd), copy(bytes, nameEnd + 4, valueEnd)]);
    at = valueEnd;
  }
  // Not by assignment, for which a header named `__proto__` would be no header.
  return Object.fromEntries(headers);
}

/** Intact records one after the other as messages. */
export function decodeMessages(bytes: Buffer, topic: string, partition: number): Message[] {
  const messages: Message[] = [];
  for (let at = 0; at < bytes.length; at += sizeAt(bytes, at)) {
    messages.push(decodeMessage(bytes, at, topic, partition));
  }
  return messages;
}
