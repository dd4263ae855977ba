import { describe, expect, it } from 'vitest';
import { powerToDb } from './decibels.js';

const NO_FLOOR = { ref: 1, topDb: null, amin: 1e-10 };

function decibels(values: readonly number[], options: Parameters<typeof powerToDb>[1]): number[] {
  const out = Float32Array.from(values);
  powerToDb(out, options);
  return [...out].map(value => Math.round(value * 1e4) / 1e4);
}

describe('powerToDb', () => {
  it('takes the reference as 0 dB', () => {
    expect(decibels([1, 10, 0.001], NO_FLOOR)).toEqual([0, 10, -30]);
    expect(decibels([1, 10, 0.001], { ...NO_FLOOR, ref: 10 })).toEqual([-10, 0, -40]);
    expect(decibels([1, 10, 0.001], { ...NO_FLOOR, ref: 'max' })).toEqual([-10, 0, -40]);
  });

  it('raises what lies below the dynamic range, counted from the largest and not from the reference', () => {
    expect(decibels([1, 10, 0.001], { ...NO_FLOOR, topDb: 20 })).toEqual([0, 10, -10]);
  });

  it('counts powers below amin as amin', () => {
    expect(decibels([0, 1e-12, 1], NO_FLOOR)).toEqual([-100, -100, 0]);
  });

  it('works on lengths that are no multiple of four or of its blocks', () => {
    for (const length of [0, 1, 2, 3, 5, 16_383, 16_384, 16_385, 40_001]) {
      const values = new Float32Array(length).fill(100);
      powerToDb(values, NO_FLOOR);
      expect(values.every(value => Math.abs(value - 20) < 1e-5)).toBe(true);
    }
  });
});
