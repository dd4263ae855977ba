import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { decompress } from './codecs.js';

const [GZIP, SNAPPY, LZ4, ZSTD] = [1, 2, 3, 4];
const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');

// What Java's encoders write is read in test/kafka/client.test.ts; here are the forms by hand, and the damaged ones.
describe('decompressing', () => {
  it('reads gzip', () => {
    expect(decompress(GZIP, gzipSync('sound')).toString()).toBe('sound');
  });

  it('reads Snappy: literals, copies, and copies that overlap themselves', () => {
    // 20 bytes: the literal "ab", then 18 bytes from 2 back, as a copy with a two-byte distance.
    const block = '14 04 6162 46 0200';
    expect(decompress(SNAPPY, hex(block)).toString()).toBe('ab'.repeat(10));
    // One-byte distance: 4 bytes from 4 back.
    expect(decompress(SNAPPY, hex('08 0c 61626364 01 04')).toString()).toBe('abcdabcd');
    // In the framing of the Java library, two blocks.
    const framed = `82534e4150505900 00000001 00000001 00000007${block} 00000007${block}`;
    expect(decompress(SNAPPY, hex(framed)).toString()).toBe('ab'.repeat(20));
  });

  it('reads LZ4: literals, matches that overlap themselves, stored blocks', () => {
    const header = '04224d18 60 40 82';
    // Two literals "ab", a match of 10 from 2 back, then the last five literals.
    const block = '26 6162 0200 50 3132333435';
    expect(decompress(LZ4, hex(`${header} 0b000000 ${block} 00000000`)).toString()).toBe('abababababab12345');
    expect(decompress(LZ4, hex(`${header} 03000080 616263 00000000`)).toString()).toBe('abc');
  });

  it.each([
    ['Snappy without a length', SNAPPY, 'ffffffffffff'],
    ['a Snappy literal that is cut off', SNAPPY, '14 04 61'],
    ['a Snappy copy from before the start', SNAPPY, '14 04 6162 46 0900'],
    ['Snappy shorter than promised', SNAPPY, '14 04 6162'],
    ['a Snappy block that is cut off', SNAPPY, '82534e4150505900 00000001 00000001 00000099 14'],
    ['no LZ4', LZ4, '0011223344556677'],
    ['an LZ4 block that is cut off', LZ4, '04224d18 60 40 82 99000000 61'],
    ['an LZ4 match from before the start', LZ4, '04224d18 60 40 82 05000000 26 6162 0900 00000000'],
    ['an LZ4 frame without an end', LZ4, '04224d18 60 40 82 03000080 616263'],
  ])('refuses %s', (_, codec, damaged) => {
    expect(() => decompress(codec, hex(damaged))).toThrow(RangeError);
  });

  it('names a codec that it does not have', () => {
    const unsupported = expect.objectContaining({ code: 'CODEC_UNSUPPORTED' });
    expect(() => decompress(6, Buffer.alloc(4))).toThrow(unsupported);
    if (Number(process.versions.node.split('.')[0]) < 22) {
      expect(() => decompress(ZSTD, Buffer.alloc(4))).toThrow(unsupported);
      expect(() => decompress(ZSTD, Buffer.alloc(4))).toThrow(/zstd/);
    }
  });
});
