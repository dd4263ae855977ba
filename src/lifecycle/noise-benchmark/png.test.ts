import { inflateSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { greyPng } from './png.js';

it('writes a grey picture whose rows come back', () => {
  const png = greyPng(Uint8Array.of(0, 128, 255, 1, 2, 3), 3, 2);
  expect(png.subarray(1, 4).toString()).toBe('PNG');
  expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([3, 2]);
  const start = png.indexOf('IDAT');
  const length = png.readUInt32BE(start - 4);
  expect([...inflateSync(png.subarray(start + 4, start + 4 + length))]).toEqual([0, 0, 128, 255, 0, 1, 2, 3]);
  // The check value of the empty last chunk is known.
  expect(png.subarray(-4).toString('hex')).toBe('ae426082');
});
