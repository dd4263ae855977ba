import { describe, expect, it } from 'vitest';
import { type EvaluationOfN, evaluateCategories, evaluateCategory } from './category-evaluation.js';
import { abnormalResiduals, normalResiduals, reference } from './testing/goldens.js';

/** Recordings of 200 segments, which every n of the goldens divides. */
const cut = (residuals: Float64Array) =>
  Array.from({ length: 10 }, (_, i) => residuals.subarray(200 * i, 200 * (i + 1)));
const normal = cut(normalResiduals);
const abnormal = cut(abnormalResiduals);
const thresholds = [1, 5, 20].map(n => ({ n, alpha: 1 }));

describe('the evaluation of a category', () => {
  it('equals scikit-learn’s areas for each n', () => {
    const evaluated = evaluateCategory(normal, abnormal, thresholds) as EvaluationOfN[];
    expect(evaluated.map(({ n }) => n)).toEqual([1, 5, 20]);
    for (const { n, auc, partialAuc, aucInterval, independentWindows, roc } of evaluated) {
      expect(auc).toBeCloseTo(reference.roc[n]!.auc, 12);
      expect(partialAuc).toBeCloseTo(reference.roc[n]!.partial['0.1']!, 12);
      expect(aucInterval!.low).toBeLessThan(auc);
      expect(independentWindows).toEqual({ normal: 2000 / n, abnormal: 2000 / n });
      expect(roc.tpr.at(-1)).toBe(1);
    }
  });

  it('says how often α is right', () => {
    const [one] = evaluateCategory(
      [Float64Array.of(1, 2, 3, 4, 5, 6)],
      [Float64Array.of(5, 7)],
      [{ n: 1, alpha: 5 }],
    ) as EvaluationOfN[];
    expect(one!.accuracy.specificity).toBeCloseTo(5 / 6, 12);
    expect(one!.accuracy.sensitivity).toBe(0.5);
    expect(one!.accuracy.accuracy).toBeCloseTo(6 / 8, 12);
    expect(one!.accuracy.balancedAccuracy).toBeCloseTo((5 / 6 + 0.5) / 2, 12);
  });

  it('says nothing of an n that no recording is long enough for, and goes on', () => {
    const short = [abnormalResiduals.subarray(0, 15)];
    const evaluated = evaluateCategories(
      normal,
      new Map([
        ['short', short],
        ['long', abnormal],
      ]),
      thresholds,
    );
    expect([...evaluated.keys()]).toEqual(['short', 'long']);
    expect(evaluated.get('short')![2]).toEqual({
      n: 20,
      roc: null,
      independentWindows: { normal: 100, abnormal: 0 },
    });
    expect(evaluated.get('short')![0]!.roc).not.toBeNull();
    expect(evaluated.get('long')![2]!.roc).not.toBeNull();
  });

  it('makes windows across recordings that are shorter than n, when asked to', () => {
    const cycles = (residuals: Float64Array) =>
      Array.from({ length: 100 }, (_, i) => residuals.subarray(14 * i, 14 * (i + 1)));
    const parts = [cycles(normalResiduals), cycles(abnormalResiduals)] as const;
    expect(evaluateCategory(...parts, thresholds)[2]!.roc).toBeNull();
    const evaluated = evaluateCategory(...parts, thresholds, { windows: 'across', resamples: 20 });
    expect(evaluated[2]!.independentWindows).toEqual({ normal: 70, abnormal: 70 });
    expect((evaluated[2] as EvaluationOfN).recordings).toEqual({ normal: 100, abnormal: 100 });
  });

  it('refuses NaN', () => {
    expect(() => evaluateCategory([Float64Array.of(Number.NaN)], abnormal, thresholds)).toThrow(/is NaN/);
  });
});
