import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { disjointMeans } from './disjoint-means.js';
import { RollingMean } from './rolling-mean.js';

const residuals = fc
  .array(fc.double({ min: 0, max: 1e3, noNaN: true }), { maxLength: 60 })
  .map(values => Float64Array.from(values));
const ns = fc.integer({ min: 1, max: 7 });

describe('the mean of n', () => {
  it('is that of n neighbours that share no segment; the rest is dropped', () => {
    expect(disjointMeans(Float64Array.of(1, 3, 5, 7, 100), 2)).toEqual(Float64Array.of(2, 6));
    expect(disjointMeans(Float64Array.of(1, 3), 3)).toEqual(new Float64Array(0));
  });

  it('rolling, is there from the n-th segment on', () => {
    const mean = new RollingMean(3);
    expect([1, 2, 3, 7].map(value => mean.push(value))).toEqual([null, null, 2, 4]);
  });

  it('rolling, equals the disjoint one at segment n, 2n, ..., bit for bit', () => {
    fc.assert(
      fc.property(residuals, ns, (values, n) => {
        const mean = new RollingMean(n);
        const rolling = values.map(value => mean.push(value) ?? -1);
        expect(rolling.filter((_, i) => (i + 1) % n === 0)).toEqual(disjointMeans(values, n));
      }),
    );
  });

  it('rolling, is the same bits whatever came before the last n', () => {
    fc.assert(
      fc.property(residuals, residuals, ns, (before, values, n) => {
        fc.pre(values.length >= n);
        const long = new RollingMean(n);
        const fresh = new RollingMean(n);
        // A running sum would keep the rounding of these for ever.
        long.push(1e17);
        for (const value of before) long.push(value);
        let last: number | null = null;
        for (const value of values) last = long.push(value);
        for (const value of values.subarray(values.length - n, -1)) fresh.push(value);
        expect(fresh.push(values.at(-1)!)).toBe(last);
      }),
    );
  });

  it('rolling, starts afresh after a gap, and knows its oldest segment', () => {
    const mean = new RollingMean(2);
    expect(mean.oldestUs).toBeNull();
    mean.push(1, 100);
    mean.push(2, 200);
    mean.push(3, 300);
    expect(mean.oldestUs).toBe(200);
    mean.empty();
    expect(mean.oldestUs).toBeNull();
    expect(mean.push(8, 900)).toBeNull();
    expect(mean.oldestUs).toBe(900);
    expect(mean.push(10, 1000)).toBe(9);
  });

  it('needs an n from 1', () => {
    for (const n of [0, -1, 1.5, Number.NaN]) {
      expect(() => new RollingMean(n)).toThrow(/n must be an integer from 1/);
      expect(() => disjointMeans(new Float64Array(3), n)).toThrow(/n must be an integer from 1/);
    }
  });
});
