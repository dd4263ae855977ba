import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import type { Image } from '../../vision/image.js';
import { contactSheet, sheetParts } from './contact-sheet.js';
import { nearLabelsOf } from './near-labels.js';
import { rowsByDistance } from './rows-by-distance.js';

/** An image of one brightness, 0 .. 1. */
function flat(width: number, height: number, value: number, bits: 8 | 16 = 8): Image {
  const size = width * height;
  const data = bits === 8 ? new Uint8Array(size) : new Uint16Array(size);
  return { width, height, channels: 1, data: data.fill(Math.round(value * (2 ** bits - 1))) };
}

/** Colour of a pixel of a sheet. */
async function pixelsOf(jpeg: Uint8Array) {
  const { data, info } = await sharp(jpeg).raw().toBuffer({ resolveWithObject: true });
  return {
    width: info.width,
    height: info.height,
    at: (x: number, y: number) =>
      Array.from(data.subarray(3 * (y * info.width + x), 3 * (y * info.width + x) + 3)),
  };
}

describe('what a sheet shows', () => {
  it('is all of a small group, and both ends of a large one', () => {
    const rows = Int32Array.from({ length: 40 }, (_, i) => i);
    expect(sheetParts(rows.slice(0, 5), 8).map(part => part.rows)).toEqual([[0, 1, 2, 3, 4]]);
    expect(sheetParts(rows, 8).map(part => part.rows)).toEqual([
      [0, 1, 2, 3, 4, 5],
      [39, 38],
    ]);
    expect(sheetParts(rows, 1).map(part => part.rows)).toEqual([[0]]);
  });

  it('is ordered by the distance to the middle of the group', () => {
    const features = { data: Float32Array.of(9, 0, 5, 100, 4), rows: 5, cols: 1 };
    // Their mean is 4.5; of equals the first row comes first.
    expect(Array.from(rowsByDistance(features, Int32Array.of(0, 1, 2, 4)))).toEqual([2, 4, 0, 1]);
  });
});

describe('a contact sheet', () => {
  // A grey picture was framed in grey: its pipeline had one channel.
  it('has thumbnails in frames of the colour of their near-labels', async () => {
    const nearLabels = nearLabelsOf(['scratch', 'patch', null]);
    const parts = [{ heading: 'All', rows: [0, 1, 2] }];
    const sheet = await contactSheet({ title: 'Group 2: 3 images', parts, nearLabels }, async row =>
      // 16 bits are shown by their upper eight.
      row === 0 ? flat(50, 50, 1) : flat(50, 50, 0.2, 16),
    );
    const { at, width } = await pixelsOf(sheet);
    expect(width).toBe(1160);
    // Frames of 4 around 112 pixels, from 16 and 88 on: orange and blue by name, grey without near-label.
    const near = (colour: number[], expected: number[]) =>
      colour.every((value, i) => Math.abs(value - expected[i]!) < 24);
    expect(near(at(18, 140), [0xff, 0x7f, 0x0e])).toBe(true);
    expect(near(at(126 + 18, 140), [0x1f, 0x77, 0xb4])).toBe(true);
    expect(near(at(252 + 18, 140), [0xda, 0xdc, 0xe0])).toBe(true);
    expect(near(at(76, 140), [255, 255, 255])).toBe(true);
    expect(near(at(126 + 76, 140), [51, 51, 51])).toBe(true);
  });

  it('keeps the shape of strips, and takes images of other shapes and colours between them', async () => {
    const parts = [{ heading: 'All', rows: [0, 1] }];
    const colour: Image = { width: 10, height: 300, channels: 3, data: new Uint8Array(9000).fill(90) };
    const sheet = await contactSheet({ title: 'T', parts, nearLabels: null }, async row =>
      row === 0 ? flat(1600, 256, 0.5) : colour,
    );
    const { width, height } = await pixelsOf(sheet);
    expect(width).toBeLessThan(1200);
    expect(height).toBeLessThan(180);
  });

  it('fails as the reading of an image does', async () => {
    const parts = [{ heading: 'All', rows: [0, 1] }];
    const read = async (row: number) => {
      if (row === 1) throw new Error('gone');
      return flat(5, 5, 0);
    };
    await expect(contactSheet({ title: 'T', parts, nearLabels: null }, read)).rejects.toThrow('gone');
  });
});
