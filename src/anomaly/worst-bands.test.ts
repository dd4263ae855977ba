import { describe, expect, it } from 'vitest';
import { normalBandResiduals, worstBands } from './worst-bands.js';

const names = (residuals: number[], normal: number[], most = 9) =>
  worstBands(Float64Array.from(residuals), Float64Array.from(normal), most).map(({ band }) => band);

describe('the worst bands', () => {
  it('are those furthest above their own normal residual, not those with the largest one', () => {
    expect(worstBands(Float64Array.of(8, 3, 0.4), Float64Array.of(7.9, 2, 0.1), 2)).toEqual([
      { band: 2, residual: 0.4, normalResidual: 0.1, ratio: 4 },
      { band: 1, residual: 3, normalResidual: 2, ratio: 1.5 },
    ]);
  });

  it('leave out bands that are no worse than normal', () => {
    expect(names([1, 2, 3], [1, 2.5, 3])).toEqual([]);
  });

  it('are not headed by a band that normally holds next to nothing', () => {
    // 1e-6 is a thousand times normal, but a thousandth of a percent of the whole.
    expect(names([2, 1, 1e-6], [1, 1, 1e-9])).toEqual([0]);
    // A new tone there is another matter.
    expect(names([1.5, 1, 0.5], [1, 1, 0])).toEqual([2, 0]);
  });

  it('count equal ones from below', () => {
    expect(names([2, 4, 2], [1, 2, 1], 2)).toEqual([0, 1]);
  });

  it('are told against the mean of normal segments', () => {
    expect(normalBandResiduals(Float64Array.of(1, 10, 3, 20), 2)).toEqual(Float64Array.of(2, 15));
    expect(() => normalBandResiduals(new Float64Array(0), 2)).toThrow(/no segments/);
    expect(() => normalBandResiduals(Float64Array.of(1, 2, 3), 2)).toThrow(/not rows of 2/);
    expect(() => normalBandResiduals(Float64Array.of(1, Number.NaN), 2)).toThrow(/is NaN/);
    expect(() => names([1, 2], [1])).toThrow(/2 bands and normal ones of 1/);
  });
});
