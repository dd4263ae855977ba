import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quantile } from '../quantile.js';
import { disjointMeans } from './disjoint-means.js';
import { abnormalResiduals, normalResiduals, reference } from './testing/goldens.js';
import { fitThreshold, type ThresholdRule } from './threshold.js';

const GAMMA: ThresholdRule = { type: 'gamma', quantile: 0.99 };
const QUANTILE: ThresholdRule = { type: 'quantile', quantile: 0.99 };
const code = (what: string) => expect.objectContaining({ code: what });

/** Two halves, as of two recordings. */
const halves = [normalResiduals.subarray(0, 1000), normalResiduals.subarray(1000)];

describe('the threshold by a quantile', () => {
  it('is that of the disjoint means, with the specificity that was measured', () => {
    const { alpha, specificity, ...rest } = fitThreshold(QUANTILE, 5, halves);
    expect(alpha).toBe(quantile(disjointMeans(normalResiduals, 5), 0.99));
    expect(specificity).toBeCloseTo(0.99, 12);
    expect(rest).toEqual({
      n: 5,
      type: 'quantile',
      provisional: false,
      independentMeans: 400,
      sensitivity: null,
      gamma: null,
    });
  });

  it('lies lower for means of more', () => {
    const alphas = [1, 5, 10].map(n => fitThreshold(QUANTILE, n, halves).alpha);
    expect(alphas).toEqual([...alphas].sort((a, b) => b - a));
  });

  it('is never the maximum: too few means beyond it give a gamma fit, provisionally', () => {
    // 60 means: a quantile of 0.95 has three of them beyond it, one of 0.99 not even one.
    const sixty = [normalResiduals.subarray(0, 60)];
    expect(fitThreshold({ type: 'quantile', quantile: 0.95 }, 1, sixty)).toMatchObject({
      type: 'quantile',
      provisional: false,
    });
    const extrapolated = fitThreshold(QUANTILE, 1, sixty);
    expect(extrapolated).toMatchObject({ type: 'gamma', provisional: true, independentMeans: 60 });
    expect(
      fitThreshold({ type: 'quantile', quantile: 0.9 }, 20, [normalResiduals.subarray(0, 990)]),
    ).toMatchObject({
      type: 'gamma',
      provisional: true,
      independentMeans: 49,
    });
    expect(() => fitThreshold({ type: 'quantile', quantile: 1 }, 1, sixty)).toThrow(
      code('PARAMETER_INVALID'),
    );
  });

  it('takes no mean across two recordings, unless it is told to', () => {
    // 19 recordings of 39 segments hold 19 means of 20, not 37.
    const short = Array.from({ length: 19 }, (_, i) => normalResiduals.subarray(39 * i, 39 * (i + 1)));
    expect(fitThreshold(QUANTILE, 20, short).independentMeans).toBe(19);
    expect(fitThreshold(QUANTILE, 20, short, [], 'across').independentMeans).toBe(37);
  });
});

describe('the threshold by a gamma fit', () => {
  it.each(reference.gammaFits)('equals scipy’s for means of $n', golden => {
    const { alpha, gamma, provisional } = fitThreshold(GAMMA, golden.n, [normalResiduals]);
    expect(alpha).toBeCloseTo(golden.quantiles['0.99']!, 9);
    expect(gamma!.shape).toBeCloseTo(golden.shape, 6);
    expect(provisional).toBe(false);
  });

  it('is provisional below 50 means', () => {
    expect(fitThreshold(GAMMA, 1, [normalResiduals.subarray(0, 49)]).provisional).toBe(true);
    expect(fitThreshold(GAMMA, 1, [normalResiduals.subarray(0, 50)]).provisional).toBe(false);
  });
});

describe('the threshold by sensitivity', () => {
  const sensitive = (sensitivity: number): ThresholdRule => ({ type: 'sensitivity', sensitivity });

  it('finds the wanted share, and says what that costs', () => {
    const found = fitThreshold(sensitive(0.9), 20, halves, [abnormalResiduals]);
    expect(found).toMatchObject({ type: 'sensitivity', sensitivity: 0.9, provisional: false });
    expect(found.specificity).toBeGreaterThan(0.2);
    expect(found.specificity).toBeLessThan(0.6);
  });

  it('is the largest α that does: at the next double above it is missed', () => {
    const values = fc
      .array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 20 })
      .map(numbers => Float64Array.from(numbers, value => value / 7));
    fc.assert(
      fc.property(values, fc.integer({ min: 1, max: 20 }), (abnormal, twentieths) => {
        const wanted = twentieths / 20;
        const { alpha, sensitivity } = fitThreshold(sensitive(wanted), 1, [normalResiduals], [abnormal]);
        expect(sensitivity!).toBeGreaterThanOrEqual(wanted - 1e-9);
        const above = abnormal.filter(value => value > alpha * (1 + 2 ** -52)).length / abnormal.length;
        expect(above).toBeLessThan(wanted - 1e-9);
      }),
    );
  });

  it('is provisional with a few abnormal segments', () => {
    const few = [abnormalResiduals.subarray(0, 10)];
    expect(fitThreshold(sensitive(1), 1, halves, few)).toMatchObject({ provisional: true, sensitivity: 1 });
  });

  it('refuses to guess without abnormal segments, or normal ones', () => {
    expect(() => fitThreshold(sensitive(0.9), 20, halves, [abnormalResiduals.subarray(0, 19)])).toThrow(
      /at least 1 means of 20 abnormal segments, and there are 0/,
    );
    expect(() => fitThreshold(sensitive(0.9), 1, [], halves)).toThrow(code('TRAINING_DATA_INSUFFICIENT'));
    expect(() => fitThreshold(sensitive(1), 1, halves, [Float64Array.of(0, 2)])).toThrow(/is 0/);
    for (const bad of [0, 1.1, Number.NaN])
      expect(() => fitThreshold(sensitive(bad), 1, halves, halves)).toThrow(/sensitivity/);
  });
});

describe('bad residuals', () => {
  it.each([QUANTILE, GAMMA])('are refused by $type', rule => {
    const threshold = (values: number[], n = 1) => fitThreshold(rule, n, [Float64Array.from(values)]);
    expect(() => threshold([1, 2, 3, 4])).toThrow(/at least 5 normal segments, and there are 4/);
    expect(() => threshold([1, 2, 3, 4])).toThrow(code('TRAINING_DATA_INSUFFICIENT'));
    expect(() => threshold([], 20)).toThrow(/there are 0/);
    expect(() => threshold([1, 2, 3, 4, Number.NaN])).toThrow(/Number 4 of the normal residuals is NaN/);
    expect(() => threshold([1, 2, 3, 4, -0.1])).toThrow(code('RESIDUALS_INVALID'));
    expect(() => threshold(new Array(200).fill(0.4))).toThrow(/All 200 normal residuals are 0.4/);
    expect(() => threshold([1, 2], 0)).toThrow(/n must be an integer/);
  });

  it('of 0, as of silence, has no gamma distribution', () => {
    expect(() => fitThreshold(GAMMA, 1, [Float64Array.of(0, 1, 2, 3, 4)])).toThrow(/numbers above 0/);
  });
});
