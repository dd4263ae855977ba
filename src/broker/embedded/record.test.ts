import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OutgoingMessage } from '../port.js';
import { decodeMessages, encodeRecords, isIntact, recordSize, recordSizeAt } from './record.js';

const bytes = fc.uint8Array({ maxLength: 200 });
const message: fc.Arbitrary<OutgoingMessage> = fc.record({
  key: fc.option(fc.string({ unit: 'grapheme' })),
  value: fc.option(bytes),
  headers: fc.dictionary(fc.string({ unit: 'grapheme' }), bytes, { maxKeys: 4 }),
  timestampMs: fc.integer({ min: -1, max: 2 ** 50 }),
});

describe('record', () => {
  it('gives back what was put in, for any messages', () => {
    fc.assert(
      fc.property(fc.array(message, { maxLength: 10 }), messages => {
        const decoded = decodeMessages(encodeRecords(messages, 0), 'topic', 3);
        expect(decoded).toEqual(
          messages.map(({ key, value, headers, timestampMs }, offset) => ({
            topic: 'topic',
            partition: 3,
            offset,
            key,
            value: value && Buffer.from(value),
            headers: Object.fromEntries(Object.entries(headers!).map(([k, v]) => [k, Buffer.from(v)])),
            timestampMs,
          })),
        );
      }),
    );
  });

  it('foretells its size', () => {
    fc.assert(
      fc.property(message, m => {
        expect(encodeRecords([m], 0)).toHaveLength(recordSize(m));
      }),
    );
  });

  it('sees any flipped bit', () => {
    fc.assert(
      fc.property(message, fc.nat(), fc.integer({ min: 0, max: 7 }), (m, where, bit) => {
        const record = encodeRecords([m], 0);
        record[where % record.length]! ^= 1 << bit;
        const size = recordSizeAt(record, 0, record.length);
        expect(size === record.length && isIntact(record, 0, size)).toBe(false);
      }),
    );
  });

  it('does not take a cut record for a whole one', () => {
    const record = encodeRecords([{ key: 'k', value: Buffer.alloc(100, 1) }], 0);
    for (let end = 0; end < record.length; end++) {
      const size = recordSizeAt(record, 0, end);
      expect(size === 0 || size > end).toBe(true);
    }
  });

  it('refuses a header name that does not fit', () => {
    const headers = { ['n'.repeat(70_000)]: Buffer.alloc(1) };
    expect(() => recordSize({ key: null, value: null, headers })).toThrow(/70000 bytes/);
  });
});
