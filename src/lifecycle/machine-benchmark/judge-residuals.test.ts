import { describe, expect, it } from 'vitest';
import { aucScore } from '../../anomaly/auc-score.js';
import { joined } from '../../anomaly/joined.js';
import { Random } from '../../random.js';
import { type BenchmarkResiduals, type JudgeOptions, judgeResiduals } from './judge-residuals.js';

const random = new Random(5);
/** Recordings of skewed residuals about a level. */
function recordings(count: number, length: number, level: number) {
  return Array.from({ length: count }, () =>
    Float64Array.from({ length }, () => level * Math.exp(0.2 * random.normal())),
  );
}

const residuals: BenchmarkResiduals = {
  validation: recordings(10, 60, 1),
  abnormal: [],
  test: recordings(8, 60, 1),
  categories: new Map([
    ['worn', recordings(8, 60, 1.1)],
    ['broken', recordings(4, 10, 3)],
  ]),
};
const OPTIONS: JudgeOptions = {
  rule: { type: 'quantile', quantile: 0.99 },
  ...{ windows: 'within', seed: 1, resamples: 100 },
};

describe('judging residuals', () => {
  const [worn, broken] = judgeResiduals(residuals, OPTIONS);

  it('gives the area for each n with its interval, and says how many windows it rests on', () => {
    expect(worn).toMatchObject({
      name: 'worn',
      recordings: { normal: 8, abnormal: 8 },
      segments: { normal: 480, abnormal: 480 },
    });
    const [single, five, twenty] = worn!.means;
    expect(single!.auc).toBeCloseTo(
      aucScore(joined(residuals.test), joined(residuals.categories.get('worn')!)),
      12,
    );
    expect(single!.independentWindows).toEqual({ normal: 480, abnormal: 480 });
    expect(twenty!.independentWindows).toEqual({ normal: 24, abnormal: 24 });
    // What single segments hardly show, means do.
    expect(single!.auc!).toBeLessThan(five!.auc!);
    expect(five!.auc!).toBeLessThan(twenty!.auc!);
    for (const { auc, aucInterval } of worn!.means) {
      expect(aucInterval!.low).toBeLessThanOrEqual(auc!);
      expect(aucInterval!.high).toBeGreaterThanOrEqual(auc!);
    }
  });

  it('has an accuracy for each n that has a threshold, rising as means part the classes', () => {
    const byN = new Map(worn!.accuracyOverN.map(({ n, accuracy }) => [n, accuracy]));
    expect(byN.get(20)!.balancedAccuracy).toBeGreaterThan(byN.get(1)!.balancedAccuracy);
    expect(worn!.means[2]!.accuracy).toEqual(byN.get(20));
    expect(worn!.means[2]!.threshold).toMatchObject({ type: 'gamma', provisional: true });
  });

  it('has histograms of single segments and of means of 20, with all of them', () => {
    expect(worn!.histograms.map(({ n }) => n)).toEqual([1, 20]);
    const sum = (counts: readonly number[]) => counts.reduce((a, b) => a + b, 0);
    expect(worn!.histograms.map(({ normal }) => sum(normal))).toEqual([480, 24]);
    expect(worn!.histograms[0]!.alpha).toBe(worn!.means[0]!.threshold!.alpha);
  });

  it('says nothing of means that recordings are too short for', () => {
    expect(broken!.means[0]).toMatchObject({ auc: 1, independentWindows: { abnormal: 40 } });
    expect(broken!.means[2]).toMatchObject({
      ...{ auc: null, roc: null, accuracy: null },
      independentWindows: { normal: 24, abnormal: 0 },
    });
    const [, across] = judgeResiduals(residuals, { ...OPTIONS, windows: 'across' });
    expect(across!.means[2]).toMatchObject({ auc: 1, independentWindows: { normal: 24, abnormal: 2 } });
  });

  it('gives an area without a threshold where validation tells none', () => {
    const few = { ...residuals, validation: residuals.validation.slice(0, 1) };
    const [judged] = judgeResiduals(few, OPTIONS);
    expect(judged!.means[2]).toMatchObject({ threshold: null, accuracy: null });
    expect(judged!.means[2]!.auc).toBeGreaterThan(0.8);
  });
});
