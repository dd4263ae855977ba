import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crc32c } from './crc32c.js';
import { BATCH_OVERHEAD, type EncodableRecord, encodeRecordBatch, recordSizeBound } from './record-batch.js';
import { decodeRecords } from './records.js';

const at = { topic: 't', partition: 3 };
const producer = { producerId: 42n, producerEpoch: 7 };

const record = (value: string | null, extra: Partial<EncodableRecord> = {}): EncodableRecord => ({
  key: null,
  value: value === null ? null : Buffer.from(value),
  headers: undefined,
  timestampMs: 1_700_000_000_000,
  ...extra,
});

/** As the broker stores it. */
function stored(records: readonly EncodableRecord[], baseOffset: number, attributes = 0): Buffer {
  const batch = Buffer.from(encodeRecordBatch(records, producer, 0));
  batch.writeBigInt64BE(BigInt(baseOffset), 0);
  batch.writeInt16BE(attributes, 21);
  return batch;
}

const TRANSACTIONAL = 0x10;
const CONTROL = 0x20;
const marker = (type: number, offset: number) =>
  stored([record('', { key: Buffer.from([0, 0, 0, type]) })], offset, TRANSACTIONAL | CONTROL);
const texts = (bytes: Buffer, from = 0, aborted: Parameters<typeof decodeRecords>[3] = []) =>
  decodeRecords(at, bytes, from, aborted).messages.map(m => Buffer.from(m.value!).toString());

describe('record batches', () => {
  it('come back as they were', () => {
    const bytes = fc.uint8Array({ maxLength: 300 });
    const anyRecord = fc.record({
      key: fc.option(fc.string().map(s => Buffer.from(s))),
      value: fc.option(bytes),
      headers: fc.dictionary(fc.string(), bytes, { noNullPrototype: true }),
      timestampMs: fc.integer({ min: 0, max: 2 ** 43 }),
    });
    fc.assert(
      fc.property(fc.array(anyRecord, { minLength: 1, maxLength: 20 }), fc.nat(), (records, base) => {
        const { messages, nextOffset } = decodeRecords(at, stored(records, base), base, []);
        expect(nextOffset).toBe(base + records.length);
        expect(messages).toEqual(
          records.map(({ key, value, headers, timestampMs }, i) => ({
            ...at,
            offset: base + i,
            key: key === null ? null : key.toString(),
            value: value === null ? null : new Uint8Array(value),
            headers: Object.fromEntries(Object.entries(headers).map(([k, v]) => [k, new Uint8Array(v)])),
            timestampMs,
          })),
        );
        const size = records.reduce((sum, r) => sum + recordSizeBound(r), BATCH_OVERHEAD);
        expect(stored(records, base).length).toBeLessThanOrEqual(size);
      }),
    );
  });

  it('carry identity, sequence, newest time and a checksum', () => {
    const batch = encodeRecordBatch(
      [record('a', { timestampMs: 5 }), record('b', { timestampMs: 9 }), record('c', { timestampMs: 2 })],
      producer,
      1_000,
    );
    expect(batch.readInt32BE(8)).toBe(batch.length - 12);
    expect(batch.readUInt32BE(17)).toBe(crc32c(batch, 21));
    expect(batch.readInt32BE(23)).toBe(2);
    expect(Number(batch.readBigInt64BE(27))).toBe(5);
    expect(Number(batch.readBigInt64BE(35))).toBe(9);
    expect(batch.readBigInt64BE(43)).toBe(42n);
    expect(batch.readInt16BE(51)).toBe(7);
    expect(batch.readInt32BE(53)).toBe(1_000);
  });

  it('hand out values that own their memory, so that each can be transferred', () => {
    const { messages } = decodeRecords(at, stored([record('abc'), record('de')], 0), 0, []);
    expect(messages.map(m => m.value!.buffer.byteLength)).toEqual([3, 2]);
  });

  it('are cut at the front where the position lies inside, and dropped at the end where they are incomplete', () => {
    const bytes = Buffer.concat([
      stored([record('a'), record('b')], 0),
      stored([record('c'), record('d')], 2),
    ]);
    expect(texts(bytes, 1)).toEqual(['b', 'c', 'd']);
    for (const cut of [1, 13, 60, 70]) {
      const { messages, nextOffset } = decodeRecords(at, bytes.subarray(0, bytes.length - cut), 0, []);
      expect([messages.length, nextOffset]).toEqual([2, 2]);
    }
    expect(decodeRecords(at, Buffer.alloc(0), 5, [])).toEqual({ messages: [], nextOffset: 5 });
  });

  it('go on behind what compaction left empty', () => {
    const batch = stored([record('kept')], 10);
    batch.writeInt32BE(9, 23); // the last offset delta stays when records go
    expect(decodeRecords(at, batch, 0, [])).toMatchObject({ nextOffset: 20, messages: [{ offset: 10 }] });
  });

  it('of aborted transactions and control records are left out', () => {
    const bytes = Buffer.concat([
      stored([record('aborted')], 0, TRANSACTIONAL),
      stored([record('plain')], 1),
      marker(0, 2),
      stored([record('committed')], 3, TRANSACTIONAL),
      marker(1, 4),
    ]);
    expect(texts(bytes, 0, [{ producerId: 42n, firstOffset: 0 }])).toEqual(['plain', 'committed']);
    expect(texts(bytes)).toEqual(['aborted', 'plain', 'committed']);
    expect(decodeRecords(at, bytes, 0, []).nextOffset).toBe(5);
  });

  it('are decompressed', () => {
    const plain = stored([record('x'), record('y')], 0);
    const body = gzipSync(plain.subarray(BATCH_OVERHEAD));
    const batch = Buffer.concat([plain.subarray(0, BATCH_OVERHEAD), body]);
    batch.writeInt32BE(batch.length - 12, 8);
    batch.writeInt16BE(1, 21);
    expect(texts(batch)).toEqual(['x', 'y']);
  });

  it('keep a header called __proto__ a header', () => {
    const headers = Object.fromEntries([['__proto__', Buffer.from('v')]]);
    const [message] = decodeRecords(at, stored([record('a', { headers })], 0), 0, []).messages;
    expect(Object.keys(message!.headers)).toEqual(['__proto__']);
  });

  it('that lie about themselves are refused with topic and offset', () => {
    const lies: ((batch: Buffer) => void)[] = [
      batch => batch.writeInt32BE(99, 57), // more records than there are
      batch => batch.writeUInt8(0x7f, BATCH_OVERHEAD), // a record shorter than it says
      batch => batch.writeInt16BE(1, 21), // not gzip
    ];
    for (const lie of lies) {
      const batch = stored([record('abc')], 5);
      lie(batch);
      expect(() => decodeRecords(at, batch, 5, [])).toThrow(/t-3 near offset 5/);
    }
    const old = stored([record('abc')], 5);
    old.writeInt8(1, 16);
    expect(() => decodeRecords(at, old, 5, [])).toThrow(/format 1/);
    const unknown = stored([record('abc')], 5, 7);
    expect(() => decodeRecords(at, unknown, 5, [])).toThrow(
      expect.objectContaining({ code: 'CODEC_UNSUPPORTED' }),
    );
  });

  it('never bring down more than a decoding error, whatever byte is wrong', () => {
    const good = stored([record('hello', { headers: { h: Buffer.from('1') } }), record('world')], 0);
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.integer({ min: 0, max: 255 }), (i, byte) => {
        const batch = Buffer.from(good);
        batch[i] = byte;
        try {
          decodeRecords(at, batch, 0, []);
        } catch (error) {
          expect(['KafkaCodeError', 'PlantsenseError']).toContain((error as Error).name);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
