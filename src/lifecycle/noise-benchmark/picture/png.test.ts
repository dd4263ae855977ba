import { inflateSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { palettePng } from './png.js';

it('writes a picture whose rows and colours come back', () => {
  const palette = Uint8Array.of(0, 0, 0, 255, 128, 0);
  const png = palettePng(Uint8Array.of(0, 1, 1, 1, 0, 0), 3, 2, palette);
  expect(png.subarray(1, 4).toString()).toBe('PNG');
  expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([3, 2]);
  const data = (type: string) => {
    const start = png.indexOf(type);
    return png.subarray(start + 4, start + 4 + png.readUInt32BE(start - 4));
  };
  expect(data('PLTE')).toEqual(Buffer.from(palette));
  expect([...inflateSync(data('IDAT'))]).toEqual([0, 0, 1, 1, 0, 1, 0, 0]);
  // The check value of the empty last chunk is known.
  expect(png.subarray(-4).toString('hex')).toBe('ae426082');
});
