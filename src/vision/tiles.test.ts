import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../random.js';
import type { Image } from './image.js';
import { greyPicture, noisePicture } from './testing/pictures.js';
import { tileImage } from './tiles.js';

/** Puts tiles together again. */
function joined(tiles: readonly Image[], columns: number): number[] {
  const pixels: number[] = [];
  for (let first = 0; first < tiles.length; first += columns) {
    const across = tiles.slice(first, first + columns);
    for (let y = 0; y < across[0]!.height; y++)
      for (const { width, channels, data } of across)
        pixels.push(...data.subarray(y * width * channels, (y + 1) * width * channels));
  }
  return pixels;
}

describe('tileImage', () => {
  it('cuts a strip into squares from left to right', () => {
    const strip = greyPicture(1600, 256, x => Math.floor(x / 256));
    const tiles = tileImage(strip, { rows: 1, columns: 6 });
    expect(tiles.map(({ width, height }) => [width, height])).toEqual([
      ...Array.from({ length: 5 }, () => [266, 256]),
      [270, 256],
    ]);
    expect(tiles.map(tile => tile.data[0])).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('gives the picture itself where nothing is cut', () => {
    const image = greyPicture(3, 4, () => 0);
    expect(tileImage(image, { rows: 1, columns: 1 })[0]).toBe(image);
  });

  it('covers the picture without overlap, whatever the grid', () => {
    const side = fc.integer({ min: 6, max: 20 });
    const parts = fc.integer({ min: 1, max: 6 });
    fc.assert(
      fc.property(
        side,
        side,
        parts,
        parts,
        fc.constantFrom<1 | 3>(1, 3),
        fc.constantFrom<8 | 16>(8, 16),
        (width, height, rows, columns, channels, bits) => {
          const image = noisePicture(new Random(1), { width, height, channels, bits });
          const tiles = tileImage(image, { rows, columns });
          expect(tiles).toHaveLength(rows * columns);
          expect(joined(tiles, columns)).toEqual([...image.data]);
          for (const tile of tiles) expect(tile.data.constructor).toBe(image.data.constructor);
        },
      ),
    );
  });

  it.each([
    [{ rows: 0, columns: 1 }, 'PARAMETER_INVALID'],
    [{ rows: 1, columns: 1.5 }, 'PARAMETER_INVALID'],
    [{ rows: 1, columns: Number.NaN }, 'PARAMETER_INVALID'],
    [{ rows: 5, columns: 1 }, 'IMAGE_INVALID'],
    [{ rows: 1, columns: 4 }, 'IMAGE_INVALID'],
  ])('refuses %o of 3 × 4 pixels', (grid, code) => {
    const image = greyPicture(3, 4, () => 0);
    expect(() => tileImage(image, grid)).toThrow(expect.objectContaining({ code }));
  });
});
