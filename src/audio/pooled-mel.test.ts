import { describe, expect, it } from 'vitest';
import { pooledMel } from './pooled-mel.js';

describe('pooledMel', () => {
  it('gives all means, then all standard deviations', () => {
    const logMel = Float32Array.of(-10, -20, -30, -5, -5, -5);
    const pooled = pooledMel(logMel, 2);
    expect([...pooled.subarray(0, 2)]).toEqual([-20, -5]);
    expect(pooled[2]).toBeCloseTo(Math.sqrt(200 / 3), 5);
    expect(pooled[3]).toBe(0);
  });

  it('writes into the array that it is given', () => {
    const out = new Float32Array(2);
    expect(pooledMel(Float32Array.of(1, 3), 1, out)).toBe(out);
    expect([...out]).toEqual([2, 1]);
  });
});
