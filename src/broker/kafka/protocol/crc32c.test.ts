import { describe, expect, it } from 'vitest';
import { crc32c } from './crc32c.js';

describe('CRC-32C', () => {
  it('gives the values of RFC 3720, appendix B.4', () => {
    expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
    expect(crc32c(new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43);
    expect(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i))).toBe(0x46dd794e);
    expect(crc32c(Uint8Array.from({ length: 32 }, (_, i) => 31 - i))).toBe(0x113fdb5c);
    expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
  });

  it('takes a part of the bytes, of any length', () => {
    const bytes = Uint8Array.from({ length: 100 }, (_, i) => (i * 37) % 256);
    for (const [from, to] of [
      [0, 100],
      [3, 3],
      [5, 18],
      [91, 100],
    ] as const) {
      // biome-ignore format: a table
      expect(crc32c(bytes, from, to)).toBe(crc32c(bytes.slice(from, to)));
    }
  });
});
