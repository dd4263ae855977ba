import { describe, expect, it } from 'vitest';
import { Random } from '../random.js';
import { adjustedRandScore } from './adjusted-rand-score.js';
import { calinskiHarabaszScore } from './calinski-harabasz-score.js';
import { daviesBouldinScore } from './davies-bouldin-score.js';
import { entropy } from './entropy.js';
import { normalizedMutualInfoScore } from './normalized-mutual-info-score.js';
import { silhouetteSamples, silhouetteScore } from './silhouette-score.js';
import { fromRows, goldenLabels, goldenMatrix, reference } from './testing/goldens.js';

/** The goal is 1e-5 of scikit-learn's value. */
function expectEqual(actual: number, expected: number): void {
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(1e-9 * Math.abs(expected));
}

describe('the indices of inner quality', () => {
  const cases = reference.matrices.flatMap(golden =>
    (['truth', 'random'] as const).map(labels => ({ golden, labels, name: golden.name })),
  );

  it.each(cases)('equal scikit-learn for the $labels labels of $name', ({ golden, labels: kind }) => {
    const x = goldenMatrix(golden.name);
    const labels = goldenLabels(`${golden.name}.${kind}`);
    const expected = golden.indices[kind];
    expectEqual(silhouetteScore(x, labels), expected.silhouette!);
    expectEqual(calinskiHarabaszScore(x, labels), expected.calinskiHarabasz!);
    expectEqual(daviesBouldinScore(x, labels), expected.daviesBouldin!);
    expectEqual(entropy(labels), expected.entropy!);
  });

  it.each(reference.matrices)('equal scikit-learn row by row, a singleton among them, on $name', golden => {
    const samples = silhouetteSamples(goldenMatrix(golden.name), goldenLabels(`${golden.name}.random`));
    expect(samples[0]).toBe(0);
    golden.silhouetteSamples.forEach((expected, row) => {
      expect(samples[row]).toBeCloseTo(expected, 12);
    });
  });

  it('measure near rows far from the others as well as by differences', () => {
    const random = new Random(4);
    // Pairs that are 1e-7 apart among clusters that are 10 apart, and a row that comes twice.
    const places = Array.from({ length: 41 }, (_, i) => 10 * (i % 3) + random.normal());
    const rows = places.flatMap(place => [[place, 5], ...(place > 9 ? [[place, 5 + 1e-7]] : [])]);
    rows.push(rows[0]!);
    const labels = rows.map((_, i) => i % 7);
    const mean = (i: number, label: number) => {
      const others = rows.filter((_, j) => j !== i && labels[j] === label);
      return (
        others.reduce((sum, [a, b]) => sum + Math.hypot(a! - rows[i]![0]!, b! - rows[i]![1]!), 0) /
        others.length
      );
    };
    silhouetteSamples(fromRows(rows), labels).forEach((silhouette, i) => {
      const inside = mean(i, labels[i]!);
      const outside = Math.min(...[0, 1, 2, 3, 4, 5, 6].filter(l => l !== labels[i]).map(l => mean(i, l)));
      expect(silhouette).toBeCloseTo((outside - inside) / Math.max(inside, outside), 12);
    });
    // Alone with its like in a cluster: the distance between the two is all that counts.
    const pair = fromRows([[1e4], [1e4 + 1e-4], [0], [1]]);
    const [first] = silhouetteSamples(pair, [0, 0, 1, 1]);
    expect(1 - first!).toBeCloseTo(1e-4 / (1e4 - 0.5), 14);
  });

  it('do not care how clusters are numbered', () => {
    const x = goldenMatrix('blobs');
    const labels = goldenLabels('blobs.truth');
    const renumbered = labels.map(label => 1000 - 7 * label);
    for (const index of [silhouetteScore, calinskiHarabaszScore, daviesBouldinScore])
      expectEqual(index(x, renumbered), index(x, labels));
  });

  it.each([silhouetteScore, calinskiHarabaszScore, daviesBouldinScore])(
    '%s refuses one cluster, a cluster a row, a missing label and NaN',
    index => {
      const x = fromRows([[1], [2], [3], [4]]);
      expect(() => index(x, [0, 0, 0, 0])).toThrow(/2 to 3 clusters/);
      expect(() => index(x, [0, 1, 2, 3])).toThrow(/2 to 3 clusters/);
      expect(() => index(x, [0, 0, 1])).toThrow(/3 labels for 4 rows/);
      expect(() => index(fromRows([[1], [Number.NaN], [3]]), [0, 0, 1])).toThrow(/NaN/);
    },
  );

  it('give scikit-learn’s answers when all rows are equal', () => {
    const x = fromRows([
      [2, 2],
      [2, 2],
      [2, 2],
      [2, 2],
    ]);
    const labels = [0, 0, 1, 1];
    expect(silhouetteScore(x, labels)).toBe(0);
    expect(calinskiHarabaszScore(x, labels)).toBe(1);
    expect(daviesBouldinScore(x, labels)).toBe(0);
  });
});

describe('entropy', () => {
  it('is 0 for one cluster and log2 k for k of one size', () => {
    expect(entropy([5, 5, 5])).toBe(0);
    expect(entropy([0, 1, 2, 3])).toBe(2);
  });
});

describe('the indices of agreement', () => {
  it.each(reference.matrices)('equal scikit-learn on $name', golden => {
    const truth = goldenLabels(`${golden.name}.truth`);
    const random = goldenLabels(`${golden.name}.random`);
    expectEqual(adjustedRandScore(truth, random), golden.ari);
    expectEqual(adjustedRandScore(truth, golden.kMeans.labels), golden.ariNear);
    expectEqual(normalizedMutualInfoScore(truth, random), golden.nmi);
    expectEqual(normalizedMutualInfoScore(truth, golden.kMeans.labels), golden.nmiNear);
  });

  it('are 1 for the same parts under other numbers, and for one part each', () => {
    for (const index of [adjustedRandScore, normalizedMutualInfoScore]) {
      expect(index([0, 0, 1, 1, 2], [7, 7, 3, 3, 5])).toBeCloseTo(1, 12);
      expect(index([0, 0, 0], [4, 4, 4])).toBe(1);
      expect(index([0], [9])).toBe(1);
    }
  });

  it('are 0 when one labelling says nothing', () => {
    expect(adjustedRandScore([0, 0, 0, 0], [0, 0, 1, 1])).toBe(0);
    expect(normalizedMutualInfoScore([0, 0, 0, 0], [0, 0, 1, 1])).toBe(0);
  });

  it('refuse labellings of different rows', () => {
    for (const index of [adjustedRandScore, normalizedMutualInfoScore]) {
      expect(() => index([0, 1], [0])).toThrow(/of 2 and 1/);
      expect(() => index([], [])).toThrow(/of 0 and 0/);
    }
  });
});
