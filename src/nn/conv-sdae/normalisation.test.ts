import { describe, expect, it } from 'vitest';
import { memorySource } from '../training/row-source.js';
import { measureNormalisation } from './normalisation.js';

describe('measureNormalisation', () => {
  it('is the mean and standard deviation of all values, over many reads', async () => {
    // Far from zero: a sum of squares in one go would lose digits.
    const data = Float32Array.from({ length: 7 * 100 }, (_, i) => 1000 + Math.sin(i * i));
    const { mean, std } = await measureNormalisation(memorySource(data, [7]));
    const expectedMean = data.reduce((a, b) => a + b, 0) / data.length;
    const squares = data.reduce((sum, value) => sum + (value - expectedMean) ** 2, 0);
    expect(mean).toBeCloseTo(expectedMean, 9);
    expect(std).toBeCloseTo(Math.sqrt(squares / data.length), 9);
  });

  it('gives 1 for values that are all the same, so that nothing is divided by zero', async () => {
    expect(await measureNormalisation(memorySource(new Float32Array(12).fill(-80), [4]))).toEqual({
      mean: -80,
      std: 1,
    });
  });
});
