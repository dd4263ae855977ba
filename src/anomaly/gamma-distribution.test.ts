import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { disjointMeans } from './disjoint-means.js';
import { fitGamma, gammaQuantile } from './gamma-distribution.js';
import { digamma, logGamma, trigamma } from './gamma-function.js';
import { incompleteGamma, inverseIncompleteGamma } from './incomplete-gamma.js';
import { largestError, normalResiduals, reference } from './testing/goldens.js';

const relative = (actual: number, expected: number) => largestError([actual], [expected]);

describe('the fitted gamma distribution', () => {
  it.each(reference.gammaFits)('equals scipy’s for means of $n, its quantiles too', golden => {
    const fitted = fitGamma(disjointMeans(normalResiduals, golden.n));
    expect(relative(fitted.shape, golden.shape)).toBeLessThan(1e-9);
    expect(relative(fitted.scale, golden.scale)).toBeLessThan(1e-9);
    for (const [q, expected] of Object.entries(golden.quantiles))
      expect(relative(gammaQuantile(fitted, Number(q)), expected)).toBeLessThan(1e-9);
  });

  it('equals scipy’s for a few values', () => {
    const { values, shape, quantiles } = reference.gammaFitOfFew;
    const fitted = fitGamma(Float64Array.from(values));
    expect(relative(fitted.shape, shape)).toBeLessThan(1e-9);
    expect(relative(gammaQuantile(fitted, 0.999), quantiles['0.999']!)).toBeLessThan(1e-9);
  });

  it('grows with the values: the shape stays, the scale follows', () => {
    const plain = fitGamma(normalResiduals);
    const scaled = fitGamma(normalResiduals.map(value => 1000 * value));
    expect(relative(scaled.shape, plain.shape)).toBeLessThan(1e-9);
    expect(relative(scaled.scale, 1000 * plain.scale)).toBeLessThan(1e-9);
  });

  it('takes values that hardly differ, and refuses those that do not', () => {
    const { shape, scale } = fitGamma(Float64Array.of(1, 1.0001, 0.9999, 1));
    expect(shape * scale).toBeCloseTo(1, 6);
    expect(gammaQuantile({ shape, scale }, 0.5)).toBeCloseTo(1, 4);
    expect(() => fitGamma(new Float64Array(9).fill(0.7))).toThrow(/All 9 residuals are the same, 0.7/);
    for (const bad of [0, -1, Number.NaN, Number.POSITIVE_INFINITY])
      expect(() => fitGamma(Float64Array.of(1, bad))).toThrow(/numbers above 0/);
    expect(() => gammaQuantile({ shape: 1, scale: 1 }, 1)).toThrow(/quantile/);
  });
});

describe('the incomplete gamma function', () => {
  it('equals scipy’s', () => {
    for (const [a, x, expected] of reference.special.gammainc)
      expect(relative(incompleteGamma(a, x), expected)).toBeLessThan(1e-12);
  });

  it('has an inverse that equals scipy’s, from shape 0.05 to 25,000 and far into both tails', () => {
    for (const [a, q, expected] of reference.special.gammaQuantiles)
      expect(relative(inverseIncompleteGamma(a, q), expected)).toBeLessThan(1e-10);
  });

  it('is undone by its inverse', () => {
    const shapes = fc.double({ min: 0.1, max: 5000, noNaN: true });
    const shares = fc.double({ min: 1e-4, max: 0.9999, noNaN: true });
    fc.assert(
      fc.property(shapes, shares, (a, q) => {
        expect(incompleteGamma(a, inverseIncompleteGamma(a, q))).toBeCloseTo(q, 11);
      }),
    );
  });

  it('has the derivatives of ln Γ that scipy has', () => {
    for (const [x, expected] of reference.special.digamma)
      expect(relative(digamma(x), expected)).toBeLessThan(1e-13);
    for (const [x, expected] of reference.special.trigamma)
      expect(relative(trigamma(x), expected)).toBeLessThan(1e-13);
    // 10! and √π.
    expect(relative(logGamma(11), Math.log(3_628_800))).toBeLessThan(1e-14);
    expect(relative(logGamma(0.5), Math.log(Math.sqrt(Math.PI)))).toBeLessThan(1e-13);
  });
});
