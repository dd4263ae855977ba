import { describe, expect, it } from 'vitest';
import { quantile } from '../quantile.js';
import { Random } from '../random.js';
import { aucScore, partialAucScore } from './auc-score.js';
import { aucDifference, bootstrapAuc } from './bootstrap-auc.js';
import { disjointMeans } from './disjoint-means.js';
import { joined } from './joined.js';

/** Recordings whose scores lie around a level of the recording's own. */
function recordings(
  count: number,
  length: number,
  mean: number,
  between: number,
  random: Random,
): Float64Array[] {
  return Array.from({ length: count }, () => {
    const level = mean + between * random.normal();
    return Float64Array.from({ length }, () => level + random.normal());
  });
}

describe('the bootstrap of AUC', () => {
  const normal = recordings(8, 20, 0, 0.5, new Random(1));
  const abnormal = recordings(6, 15, 1, 0.5, new Random(2));

  it('holds the AUC of all scores, and counts recordings and windows', () => {
    const { aucInterval, partialAucInterval, ...estimate } = bootstrapAuc(normal, abnormal, 1, {
      maxFpr: 0.2,
    });
    expect(estimate).toEqual({
      auc: aucScore(joined(normal), joined(abnormal)),
      partialAuc: partialAucScore(joined(normal), joined(abnormal), 0.2),
      recordings: { normal: 8, abnormal: 6 },
      independentWindows: { normal: 160, abnormal: 90 },
    });
    expect(aucInterval!.low).toBeLessThan(estimate.auc);
    expect(aucInterval!.high).toBeGreaterThan(estimate.auc);
    expect(partialAucInterval!.low).toBeLessThan(estimate.partialAuc);
    expect(partialAucInterval!.high).toBeGreaterThan(estimate.partialAuc);
  });

  it('equals a bootstrap that copies the drawn recordings together', () => {
    const resamples = 25;
    const random = new Random(9);
    const drawn = (from: readonly Float64Array[]) => joined(from.map(() => from[random.int(from.length)]!));
    const aucs = Array.from({ length: resamples }, () => aucScore(drawn(normal), drawn(abnormal)));
    const { aucInterval } = bootstrapAuc(normal, abnormal, 1, { seed: 9, resamples, confidence: 1 - 1e-12 });
    expect(aucInterval!.low).toBeCloseTo(Math.min(...aucs), 10);
    expect(aucInterval!.high).toBeCloseTo(Math.max(...aucs), 10);
  });

  it('gives the same for the same seed, and other numbers for another', () => {
    expect(bootstrapAuc(normal, abnormal, 1, { seed: 3 })).toEqual(
      bootstrapAuc(normal, abnormal, 1, { seed: 3 }),
    );
    expect(bootstrapAuc(normal, abnormal, 1, { seed: 3 })).not.toEqual(
      bootstrapAuc(normal, abnormal, 1, { seed: 4 }),
    );
  });

  it('is wider than one of single scores, where recordings differ', () => {
    const single = (parts: readonly Float64Array[]) =>
      Array.from(joined(parts), score => Float64Array.of(score));
    const unlike = [0, 1].map(mean => recordings(10, 20, mean, 1, new Random(mean + 3)));
    const whole = bootstrapAuc(unlike[0]!, unlike[1]!, 1).aucInterval!;
    const pieces = bootstrapAuc(single(unlike[0]!), single(unlike[1]!), 1).aucInterval!;
    expect(whole.high - whole.low).toBeGreaterThan(2 * (pieces.high - pieces.low));
  });

  it('holds the true AUC about as often as it says', () => {
    // Between two scores of different recordings lie N(1, 2 (1 + 0.25)): their AUC is Φ(1 / √2.5).
    const truth = 0.73645;
    const random = new Random(5);
    let held = 0;
    for (let i = 0; i < 200; i++) {
      const { aucInterval } = bootstrapAuc(
        recordings(20, 10, 0, 0.5, random),
        recordings(20, 10, 1, 0.5, random),
        1,
        { seed: i, resamples: 100, confidence: 0.9 },
      );
      if (aucInterval!.low <= truth && truth <= aucInterval!.high) held++;
    }
    expect(held / 200).toBeGreaterThan(0.8);
    expect(held / 200).toBeLessThan(0.97);
  });

  it('has no interval from one recording, and leaves out recordings without scores', () => {
    const one = bootstrapAuc(normal, [abnormal[0]!, new Float64Array(0)], 1);
    expect(one.recordings).toEqual({ normal: 8, abnormal: 1 });
    expect(one.aucInterval).toBeNull();
    expect(one.partialAucInterval).toBeNull();
    expect(one.auc).toBe(aucScore(joined(normal), abnormal[0]!));
  });

  it('is of means of n within recordings; those too short do not count', () => {
    const means = (parts: readonly Float64Array[]) => joined(parts.map(part => disjointMeans(part, 8)));
    const estimate = bootstrapAuc([...normal, new Float64Array(7)], abnormal, 8);
    expect(estimate.auc).toBe(aucScore(means(normal), means(abnormal)));
    expect(estimate.recordings).toEqual({ normal: 8, abnormal: 6 });
    expect(estimate.independentWindows).toEqual({ normal: 16, abnormal: 6 });
  });

  it('is of means across recordings where those are shorter than n, made anew of the recordings drawn', () => {
    expect(() => bootstrapAuc(normal, abnormal, 21)).toThrow(/no normal scores/);
    const estimate = bootstrapAuc(normal, abnormal, 25, { windows: 'across', seed: 4, resamples: 30 });
    const means = (parts: readonly Float64Array[]) => disjointMeans(joined(parts), 25);
    expect(estimate.auc).toBe(aucScore(means(normal), means(abnormal)));
    expect(estimate.independentWindows).toEqual({ normal: 6, abnormal: 3 });
    const random = new Random(4);
    const drawn = (from: readonly Float64Array[]) => means(from.map(() => from[random.int(from.length)]!));
    const aucs = Array.from({ length: 30 }, () => aucScore(drawn(normal), drawn(abnormal)));
    expect(estimate.aucInterval!.low).toBeCloseTo(quantile(Float64Array.from(aucs), 0.025), 12);
  });

  it('draws again where the recordings drawn hold no window', () => {
    // Only draws with the long one of these have windows.
    const uneven = [new Float64Array(30).fill(1), new Float64Array(1), new Float64Array(1)];
    const { aucInterval } = bootstrapAuc(uneven, abnormal, 20, { windows: 'across', resamples: 50 });
    expect(Number.isFinite(aucInterval!.low)).toBe(true);
  });

  it('refuses a class without scores and options out of range', () => {
    expect(() => bootstrapAuc(normal, [], 1)).toThrow(/no abnormal scores/);
    expect(() => bootstrapAuc(normal, abnormal, 1, { resamples: 0 })).toThrow(/resamples/);
    expect(() => bootstrapAuc(normal, abnormal, 1, { confidence: 1 })).toThrow(/confidence/);
    expect(() => bootstrapAuc(normal, abnormal, 1, { maxFpr: 0 })).toThrow(/maxFpr/);
  });
});

describe('the difference of two methods', () => {
  const random = new Random(5);
  const one = { normal: recordings(8, 20, 0, 1, random), abnormal: recordings(6, 15, 1, 1, random) };
  const noisier = ({ normal, abnormal }: typeof one, deviation: number) => {
    const add = (all: readonly Float64Array[]) =>
      all.map(scores => scores.map(score => score + deviation * random.normal()));
    return { normal: add(normal), abnormal: add(abnormal) };
  };

  it('is that of their AUCs, and none of a method to itself', () => {
    const other = noisier(one, 1);
    const auc = ({ normal, abnormal }: typeof one) => bootstrapAuc(normal, abnormal, 1).auc;
    expect(aucDifference(one, other, 1).difference).toBeCloseTo(auc(one) - auc(other), 12);
    expect(aucDifference(one, one, 5)).toEqual({ difference: 0, interval: { low: 0, high: 0 } });
  });

  it('has a narrow interval where recordings differ from each other more than the methods do', () => {
    const { interval } = aucDifference(one, noisier(one, 0.1), 1);
    const { aucInterval } = bootstrapAuc(one.normal, one.abnormal, 1);
    const width = ({ low, high }: { low: number; high: number }) => high - low;
    expect(width(interval!)).toBeLessThan(width(aucInterval!) / 5);
    expect(aucDifference(one, noisier(one, 3), 1).interval!.low).toBeGreaterThan(0);
  });

  it('is refused of other recordings', () => {
    const other = { ...one, normal: one.normal.slice(1) };
    expect(() => aucDifference(one, other, 1)).toThrow(
      expect.objectContaining({ code: 'PARAMETER_INVALID' }),
    );
  });
});
