import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../random.js';
import type { Image } from './image.js';
import { resizeBilinear } from './resize.js';
import { goldenResizes } from './testing/goldens.js';
import { greyPicture, noisePicture } from './testing/pictures.js';

const sides = fc.integer({ min: 1, max: 40 });
const pictures = fc
  .record({
    width: sides,
    height: sides,
    channels: fc.constantFrom<1 | 3>(1, 3),
    bits: fc.constantFrom<8 | 16>(8, 16),
  })
  .chain(shape => fc.nat().map(seed => noisePicture(new Random(seed), shape)));

describe('resizeBilinear', () => {
  it.each(
    goldenResizes().map(({ image, resized }) => ({
      image,
      resized,
      name: `${image.width} × ${image.height} × ${image.channels} of ${8 * image.data.BYTES_PER_ELEMENT} bits to ${resized.width} × ${resized.height}`,
    })),
  )('resizes $name as Pillow, pixel for pixel', ({ image, resized }) => {
    expect(resizeBilinear(image, resized.width, resized.height)).toEqual(resized);
  });

  it('gives a copy where nothing changes', () => {
    fc.assert(
      fc.property(pictures, image => {
        const same = resizeBilinear(image, image.width, image.height);
        expect(same).toEqual(image);
        expect(same.data.buffer).not.toBe(image.data.buffer);
      }),
    );
  });

  it('keeps one level that level, white too', () => {
    fc.assert(
      fc.property(pictures, sides, sides, fc.nat(0xffff), (image, width, height, level) => {
        image.data.fill(level);
        const { data } = resizeBilinear(image, width, height);
        expect(new Set(data)).toEqual(new Set([image.data[0]]));
      }),
    );
  });

  it('stays between the darkest and the brightest pixel', () => {
    fc.assert(
      fc.property(pictures, sides, sides, (image, width, height) => {
        const { data } = resizeBilinear(image, width, height);
        expect(Math.min(...data)).toBeGreaterThanOrEqual(Math.min(...image.data));
        expect(Math.max(...data)).toBeLessThanOrEqual(Math.max(...image.data));
      }),
    );
  });

  it('resizes each channel by itself', () => {
    fc.assert(
      fc.property(pictures, sides, sides, (image, width, height) => {
        const whole = resizeBilinear(image, width, height);
        for (let c = 0; c < image.channels; c++)
          expect(resizeBilinear(channel(image, c), width, height)).toEqual(channel(whole, c));
      }),
    );
  });

  it('does not alias: a fine chequerboard becomes grey', () => {
    const board = greyPicture(200, 200, (x, y) => ((x + y) % 2) * 255);
    for (const level of resizeBilinear(board, 16, 16).data) expect(Math.abs(level - 127.5)).toBeLessThan(2);
  });

  it.each([
    [0, 5],
    [5, -1],
    [2.5, 5],
    [Number.NaN, 5],
  ])('refuses %d × %d', (width, height) => {
    const image = greyPicture(4, 4, () => 0);
    expect(() => resizeBilinear(image, width, height)).toThrow(
      expect.objectContaining({ code: 'PARAMETER_INVALID' }),
    );
  });
});

function channel(image: Image, index: number): Image {
  const { width, height, channels, data } = image;
  return { width, height, channels: 1, data: data.filter((_, i) => i % channels === index) };
}
