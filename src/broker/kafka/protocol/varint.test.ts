import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Encoder } from './kafkajs.js';
import { VarintReader, varintSize, writeVarint } from './varint.js';

const write = (value: number) => {
  const bytes = Buffer.alloc(12);
  return bytes.subarray(0, writeVarint(bytes, 0, value));
};

describe('zigzag varints', () => {
  it('come back as they were, in the size that was told', () => {
    fc.assert(
      fc.property(fc.integer({ min: -(2 ** 51), max: 2 ** 51 }), value => {
        const bytes = write(value);
        expect(bytes.length).toBe(varintSize(value));
        const reader = new VarintReader(bytes);
        expect(reader.next()).toBe(value);
        expect(reader.at).toBe(bytes.length);
      }),
    );
  });

  it("are kafkajs's", () => {
    type VarintEncoder = InstanceType<typeof Encoder> & { writeVarInt(value: number): { buffer: Buffer } };
    for (const value of [0, -1, 1, 63, -64, 64, 300, -65_537, 2 ** 30]) {
      expect(write(value)).toEqual((new Encoder() as VarintEncoder).writeVarInt(value).buffer);
    }
  });

  it('are refused when they have no end', () => {
    expect(() => new VarintReader(Buffer.from([0x80, 0x80])).next()).toThrow(RangeError);
    expect(() => new VarintReader(Buffer.alloc(20, 0xff)).next()).toThrow(RangeError);
  });

  it('never read beyond the bytes', () => {
    const reader = new VarintReader(Buffer.from([1, 2, 3]));
    expect([...reader.take(2)]).toEqual([1, 2]);
    expect(() => reader.take(2)).toThrow(RangeError);
    expect(() => reader.take(-1)).toThrow(RangeError);
  });
});
