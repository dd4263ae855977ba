import { describe, expect, it } from 'vitest';
import { operatingPoints } from './operating-point.js';
import { residualHistogram } from './residual-histogram.js';

const normal = Float64Array.of(1, 2, 3, 4);
const abnormal = Float64Array.of(3, 5);

describe('what a threshold buys', () => {
  it('is told by rising α; a residual that equals α is normal', () => {
    expect(operatingPoints(normal, abnormal, [4, 2.5, 4, 3])).toEqual([
      { alpha: 2.5, specificity: 0.5, sensitivity: 1 },
      { alpha: 3, specificity: 0.75, sensitivity: 0.5 },
      { alpha: 4, specificity: 1, sensitivity: 0.5 },
    ]);
  });

  it('has no sensitivity without abnormal residuals', () => {
    expect(operatingPoints(normal, new Float64Array(0), [3])).toEqual([
      { alpha: 3, specificity: 0.75, sensitivity: null },
    ]);
  });

  it('refuses residuals that are none', () => {
    expect(() => operatingPoints(Float64Array.of(-1), abnormal, [1])).toThrow(/normal residuals is -1/);
    expect(() => operatingPoints(normal, Float64Array.of(Number.NaN), [1])).toThrow(/is NaN/);
  });
});

describe('the histogram', () => {
  it('counts both classes over the same bins, the largest value in the last', () => {
    const { edges, normal: normals, abnormal: abnormals } = residualHistogram(normal, abnormal, 4);
    expect(edges).toEqual(Float64Array.of(1, 2, 3, 4, 5));
    expect(normals).toEqual(Int32Array.of(1, 1, 1, 1));
    expect(abnormals).toEqual(Int32Array.of(0, 0, 1, 1));
  });

  it('puts a value on an edge into the bin above, however the edge is rounded', () => {
    const values = Float64Array.from({ length: 101 }, (_, i) => i / 10);
    const { normal: counts } = residualHistogram(values, new Float64Array(0), 100);
    expect([...counts.subarray(0, 99)].every(count => count === 1)).toBe(true);
    expect(counts[99]).toBe(2);
  });

  it('has a width when all values are the same', () => {
    const { edges, normal: counts } = residualHistogram(Float64Array.of(2, 2), new Float64Array(0), 2);
    expect(edges).toEqual(Float64Array.of(1.5, 2, 2.5));
    expect(counts).toEqual(Int32Array.of(0, 2));
  });

  it('refuses nothing at all, and NaN', () => {
    expect(() => residualHistogram(new Float64Array(0), new Float64Array(0))).toThrow(/no residuals/);
    expect(() => residualHistogram(Float64Array.of(Number.NaN), normal)).toThrow(/is NaN/);
    expect(() => residualHistogram(normal, abnormal, 0)).toThrow(/number of bins/);
  });
});
