import { PlantsenseError } from '../../../errors.js';
import type { Headers, Message, TopicPartition } from '../../port.js';
import { decompress } from './codecs.js';
import { CODE, KafkaCodeError } from './error-codes.js';
import type { AbortedTransaction } from './fetch.js';
import { BATCH_OVERHEAD } from './record-batch.js';
import { VarintReader } from './varint.js';

const CODEC_BITS = 0x07;
const APPEND_TIME_BIT = 0x08;
const TRANSACTIONAL_BIT = 0x10;
const CONTROL_BIT = 0x20;
const LENGTH_END = 12;
/** A control record's key is version and type, 0 for an abort. */
const ABORT_TYPE = 0;

export interface DecodedRecords {
  readonly messages: readonly Message[];
  /** Where the next fetch starts: behind the last whole batch, whatever of it was handed out. */
  readonly nextOffset: number;
}

/**
 * Decodes the record batches of a fetch response.
 *
 * Leaves out what lies before `from` (a batch is sent whole), control records, and records of aborted transactions.
 * Values are copies that own their memory: keeping one keeps no other, and each can be transferred to a thread.
 * The checksum is not verified: the broker has checked it, and TCP and TLS guard the way from there.
 *
 * @throws PlantsenseError CODEC_UNSUPPORTED; KafkaCodeError CORRUPT_MESSAGE if the bytes are not what they say
 */
export function decodeRecords(
  at: TopicPartition,
  bytes: Buffer,
  from: number,
  abortedTransactions: readonly AbortedTransaction[],
): DecodedRecords {
  const messages: Message[] = [];
  const aborted = new AbortedProducers(abortedTransactions);
  let nextOffset = from;
  let start = 0;
  // The broker cuts at a byte limit: the last batch may be incomplete, and is fetched again.
  while (start + LENGTH_END <= bytes.length) {
    const end = start + LENGTH_END + bytes.readInt32BE(start + 8);
    if (end > bytes.length) break;
    try {
      nextOffset = Math.max(nextOffset, decodeBatch(at, bytes.subarray(start, end), from, aborted, messages));
    } catch (error) {
      if (error instanceof PlantsenseError || error instanceof KafkaCodeError) throw error;
      const what = `Decoding ${at.topic}-${at.partition} near offset ${nextOffset} (${(error as Error).message})`;
      throw new KafkaCodeError(CODE.CORRUPT_MESSAGE, what);
    }
    start = end;
  }
  return { messages, nextOffset };
}

/** Appends the messages of one batch and gives the offset after it. */
function decodeBatch(
  at: TopicPartition,
  batch: Buffer,
  from: number,
  aborted: AbortedProducers,
  messages: Message[],
): number {
  if (batch.length < BATCH_OVERHEAD) throw new RangeError(`a batch of ${batch.length} bytes`);
  const magic = batch.readInt8(16);
  if (magic !== 2) {
    throw new PlantsenseError(
      'CODEC_UNSUPPORTED',
      `${at.topic}-${at.partition} holds messages of format ${magic}, which Kafka gave up with version 4.`,
    );
  }
  const baseOffset = Number(batch.readBigInt64BE(0));
  const attributes = batch.readInt16BE(21);
  const nextOffset = baseOffset + batch.readInt32BE(23) + 1;
  const baseTimestamp = Number(batch.readBigInt64BE(27));
  const maxTimestamp = Number(batch.readBigInt64BE(35));
  const producerId = batch.readBigInt64BE(43);
  const count = batch.readInt32BE(57);

  const body = () => new VarintReader(decompress(attributes & CODEC_BITS, batch.subarray(BATCH_OVERHEAD)));
  aborted.advanceTo(nextOffset);
  if (attributes & CONTROL_BIT) {
    if (count > 0 && controlType(body()) === ABORT_TYPE) aborted.end(producerId);
    return nextOffset;
  }
  if (attributes & TRANSACTIONAL_BIT && aborted.has(producerId)) return nextOffset;

  const reader = body();
  for (let i = 0; i < count; i++) {
    const end = reader.next() + reader.at;
    reader.take(1); // attributes
    const timestampDelta = reader.next();
    const offset = baseOffset + reader.next();
    if (offset < from) {
      reader.at = end;
      continue;
    }
    const key = viewBytes(reader);
    const value = viewBytes(reader);
    messages.push({
      topic: at.topic,
      partition: at.partition,
      offset,
      key: key === null ? null : key.toString('utf8'),
      value: value === null ? null : owned(value),
      headers: readHeaders(reader),
      timestampMs: attributes & APPEND_TIME_BIT ? maxTimestamp : baseTimestamp + timestampDelta,
    });
    if (reader.at !== end) throw new RangeError('a record whose length is wrong');
  }
  return nextOffset;
}

function viewBytes(reader: VarintReader): Buffer | null {
  const length = reader.next();
  return length < 0 ? null : reader.take(length);
}

function owned(bytes: Buffer): Uint8Array {
  const copy = new Uint8Array(bytes.length);
  copy.set(bytes);
  return copy;
}

const NO_HEADERS: Headers = Object.freeze({});

function readHeaders(reader: VarintReader): Headers {
  const count = reader.next();
  if (count === 0) return NO_HEADERS;
  const headers: [string, Uint8Array][] = [];
  for (let i = 0; i < count; i++) {
    const name = (viewBytes(reader) ?? Buffer.alloc(0)).toString('utf8');
    headers.push([name, owned(viewBytes(reader) ?? Buffer.alloc(0))]);
  }
  // Not by assignment: a header may be called __proto__.
  return Object.fromEntries(headers);
}

function controlType(reader: VarintReader): number {
  reader.next(); // length
  reader.take(1);
  reader.next(); // time
  reader.next(); // offset
  return (viewBytes(reader) ?? Buffer.alloc(4)).readInt16BE(2);
}

/** Producers whose transaction, at the place in the log that was reached, will turn out aborted. */
class AbortedProducers {
  readonly #pending: AbortedTransaction[];
  readonly #open = new Set<bigint>();

  constructor(transactions: readonly AbortedTransaction[]) {
    this.#pending = [...transactions].sort((a, b) => b.firstOffset - a.firstOffset);
  }

  advanceTo(offset: number): void {
    while (this.#pending.length > 0 && this.#pending.at(-1)!.firstOffset < offset) {
      this.#open.add(this.#pending.pop()!.producerId);
    }
  }

  has(producerId: bigint): boolean {
    return this.#open.has(producerId);
  }

  end(producerId: bigint): void {
    this.#open.delete(producerId);
  }
}
