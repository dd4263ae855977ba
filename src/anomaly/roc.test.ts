import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aucScore, partialAucScore } from './auc-score.js';
import { disjointMeans } from './disjoint-means.js';
import { rocCurve } from './roc-curve.js';
import { abnormalResiduals, largestError, normalResiduals, reference } from './testing/goldens.js';

const tied = {
  normal: Float64Array.from(reference.tied.normal),
  abnormal: Float64Array.from(reference.tied.abnormal),
};

/** Few different scores, so that many are equal. */
const scores = fc
  .array(fc.integer({ min: -6, max: 6 }), { minLength: 1, maxLength: 30 })
  .map(values => Float64Array.from(values));

describe('the ROC curve', () => {
  it.each(reference.curves)('equals scikit-learn’s, dropIntermediate $dropIntermediate', golden => {
    const [normal, abnormal] = [normalResiduals, abnormalResiduals].map(r => disjointMeans(r, golden.n));
    const curve = rocCurve(normal!, abnormal!, golden.dropIntermediate);
    expect(largestError(curve.fpr, golden.fpr)).toBeLessThan(1e-14);
    expect(largestError(curve.tpr, golden.tpr)).toBeLessThan(1e-14);
    // numpy sums a mean in another order.
    expect(largestError(curve.thresholds, golden.thresholds)).toBeLessThan(1e-14);
  });

  it.each(reference.tied.curves)(
    'equals it where scores are equal, dropIntermediate $dropIntermediate',
    golden => {
      const curve = rocCurve(tied.normal, tied.abnormal, golden.dropIntermediate);
      expect(largestError(curve.fpr, golden.fpr)).toBeLessThan(1e-14);
      expect(largestError(curve.tpr, golden.tpr)).toBeLessThan(1e-14);
      expect(largestError(curve.thresholds, golden.thresholds)).toBe(0);
    },
  );

  it('rises from (0, 0) to (1, 1), and says at each threshold what a count says', () => {
    fc.assert(
      fc.property(scores, scores, fc.boolean(), (normal, abnormal, drop) => {
        const { fpr, tpr, thresholds } = rocCurve(normal, abnormal, drop);
        expect([fpr[0], tpr[0], fpr.at(-1), tpr.at(-1)]).toEqual([0, 0, 1, 1]);
        const share = (values: Float64Array, from: number) =>
          values.filter(value => value >= from).length / values.length;
        for (let i = 0; i < thresholds.length; i++) {
          expect(fpr[i]).toBe(share(normal, thresholds[i]!));
          expect(tpr[i]).toBe(share(abnormal, thresholds[i]!));
        }
      }),
    );
  });
});

describe('AUC', () => {
  it.each(Object.entries(reference.roc))('equals scikit-learn’s for means of %s', (n, golden) => {
    const normal = disjointMeans(normalResiduals, Number(n));
    const abnormal = disjointMeans(abnormalResiduals, Number(n));
    expect(aucScore(normal, abnormal)).toBeCloseTo(golden.auc, 13);
    for (const [maxFpr, expected] of Object.entries(golden.partial))
      expect(partialAucScore(normal, abnormal, Number(maxFpr))).toBeCloseTo(expected, 13);
  });

  it('equals scikit-learn’s where scores are equal, the partial one where it ends inside such a step', () => {
    expect(aucScore(tied.normal, tied.abnormal)).toBeCloseTo(reference.tied.auc, 13);
    for (const [maxFpr, expected] of Object.entries(reference.tied.partial))
      expect(partialAucScore(tied.normal, tied.abnormal, Number(maxFpr))).toBeCloseTo(expected, 13);
  });

  it('is the share of pairs in the right order; equal ones count half', () => {
    fc.assert(
      fc.property(scores, scores, (normal, abnormal) => {
        let right = 0;
        for (const low of normal)
          for (const high of abnormal) right += high > low ? 1 : high === low ? 0.5 : 0;
        expect(aucScore(normal, abnormal)).toBeCloseTo(right / normal.length / abnormal.length, 12);
      }),
    );
  });

  it('does not care about a monotone map of the scores, and the sign flips it', () => {
    fc.assert(
      fc.property(scores, scores, (normal, abnormal) => {
        const auc = aucScore(normal, abnormal);
        const warp = (value: number) => Math.exp(value) - 3;
        expect(aucScore(normal.map(warp), abnormal.map(warp))).toBe(auc);
        expect(
          aucScore(
            normal.map(v => -v),
            abnormal.map(v => -v),
          ),
        ).toBeCloseTo(1 - auc, 12);
        expect(aucScore(abnormal, normal)).toBeCloseTo(1 - auc, 12);
      }),
    );
  });

  it('is the area under the curve, whether or not points are dropped', () => {
    fc.assert(
      fc.property(scores, scores, fc.boolean(), (normal, abnormal, drop) => {
        const { fpr, tpr } = rocCurve(normal, abnormal, drop);
        let area = 0;
        for (let i = 1; i < fpr.length; i++) area += ((fpr[i]! - fpr[i - 1]!) * (tpr[i]! + tpr[i - 1]!)) / 2;
        expect(aucScore(normal, abnormal)).toBeCloseTo(area, 12);
      }),
    );
  });

  it('is one half by chance and 1 at best, the partial one too', () => {
    const same = Float64Array.of(1, 2, 3, 4);
    for (const maxFpr of [0.05, 0.3, 1]) {
      expect(partialAucScore(same, same, maxFpr)).toBeCloseTo(0.5, 12);
      expect(partialAucScore(same, Float64Array.of(5, 6), maxFpr)).toBe(1);
    }
  });

  it('refuses one class only, scores that are no numbers, and a false positive rate out of range', () => {
    const one = Float64Array.of(1);
    const none = new Float64Array(0);
    const code = (what: string) => expect.objectContaining({ code: what });
    for (const score of [aucScore, rocCurve]) {
      expect(() => score(one, none)).toThrow(code('PARAMETER_INVALID'));
      expect(() => score(none, one)).toThrow(/no normal scores/);
      expect(() => score(one, Float64Array.of(1, Number.NaN))).toThrow(code('RESIDUALS_INVALID'));
      expect(() => score(Float64Array.of(Number.POSITIVE_INFINITY), one)).toThrow(/Number 0 of the normal/);
    }
    for (const maxFpr of [0, -1, 1.1, Number.NaN])
      expect(() => partialAucScore(one, one, maxFpr)).toThrow(/maxFpr/);
  });
});
