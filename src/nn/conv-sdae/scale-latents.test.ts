import { describe, expect, it } from 'vitest';
import { latentScale } from './scale-latents.js';

const latents = (data: number[], cols: number) => ({
  data: Float32Array.from(data),
  rows: data.length / cols,
  cols,
});

describe('the scale of latents', () => {
  it('is their standard deviation about the means of their dimensions', () => {
    expect(latentScale(latents([10, -4, 14, -8], 2))).toBeCloseTo(2, 12);
  });

  // The mean of equal numbers is rounded. Latents were divided by what that leaves, 1e-16, and the training diverged.
  it('is 1 for equal latents, whatever their mean is rounded to', () => {
    for (const value of [0, 0.1, -3.7, 1e-9])
      for (const rows of [1, 3, 48, 1001])
        expect(latentScale(latents(new Array(rows).fill(value), 1))).toBe(1);
  });

  it('is small for latents that are small', () => {
    expect(latentScale(latents([1e-9, 3e-9], 1))).toBeCloseTo(1e-9, 15);
  });
});
