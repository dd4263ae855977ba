import { describe, expect, it } from 'vitest';
import type { Image } from '../image.js';
import { fillInput } from './network-input.js';
import { PREPROCESSINGS } from './preprocessing.js';

const RED_GREEN: Image = { width: 2, height: 1, channels: 3, data: Uint8Array.of(255, 0, 0, 0, 255, 51) };

function inputOf(image: Image, preprocess: (typeof PREPROCESSINGS)[number], sizePx = 1): number[] {
  const input = new Float32Array(sizePx * sizePx * 3);
  fillInput(image, { sizePx, preprocess }, input);
  return [...input];
}

describe('a picture as a network takes it', () => {
  const pixel: Image = { width: 1, height: 1, channels: 3, data: Uint8Array.of(255, 51, 0) };

  it('is preprocessed as the network was trained', () => {
    expect(inputOf(pixel, 'none')).toEqual([255, 51, 0]);
    expect(inputOf(pixel, 'unit')).toEqual([1, Math.fround(0.2), 0]);
    expect(inputOf(pixel, 'tf')).toEqual([1, Math.fround(-0.6), -1]);
    // Blue first.
    expect(inputOf(pixel, 'caffe')).toEqual([-103.939, 51 - 116.779, 255 - 123.68].map(Math.fround));
  });

  it('is resized to a square', () => {
    expect(inputOf(RED_GREEN, 'none')).toEqual([128, 128, 26]);
    expect(inputOf(RED_GREEN, 'none', 2)).toEqual([255, 0, 0, 0, 255, 51, 255, 0, 0, 0, 255, 51]);
  });

  it('has three equal channels where it is grey, and 0 to 255 where it has 16 bits', () => {
    const grey: Image = { width: 1, height: 1, channels: 1, data: Uint16Array.of(65_535) };
    expect(inputOf(grey, 'none')).toEqual([255, 255, 255]);
    for (const preprocess of PREPROCESSINGS)
      expect(inputOf(grey, preprocess)).toEqual(
        inputOf({ width: 1, height: 1, channels: 3, data: Uint8Array.of(255, 255, 255) }, preprocess),
      );
  });
});
