import { describe, expect, it } from 'vitest';
import { createPartitioner, murmur2, partitionForKey } from './partitioner.js';

describe('murmur2', () => {
  // The vectors of Apache Kafka's own UtilsTest.
  it.each([
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
    ['abc', 479470107],
  ])('hashes %s as Java does', (text, hash) => {
    expect(murmur2(new TextEncoder().encode(text))).toBe(hash);
  });
});

describe('createPartitioner', () => {
  const value = new Uint8Array();

  it('puts a key in the partition of its hash', () => {
    expect(createPartitioner()({ key: 'abc', value }, 7)).toBe(479470107 % 7);
    expect(partitionForKey('21', 10)).toBe((-973932308 & 0x7fffffff) % 10);
  });

  it('gives messages without a key to each partition in turn', () => {
    const choose = createPartitioner(2);
    expect([0, 1, 2, 3].map(() => choose({ key: null, value }, 3))).toEqual([2, 0, 1, 2]);
  });

  it('stays in range when the topic has fewer partitions than the last one', () => {
    const choose = createPartitioner();
    for (let i = 0; i < 5; i++) choose({ key: null, value }, 8);
    expect(choose({ key: null, value }, 2)).toBeLessThan(2);
  });

  it.each([-1, 3, 0.5, Number.NaN])('refuses partition %s of three', partition => {
    expect(() => createPartitioner()({ key: null, value, partition }, 3)).toThrow(
      expect.objectContaining({ code: 'PARAMETER_INVALID' }),
    );
  });
});
