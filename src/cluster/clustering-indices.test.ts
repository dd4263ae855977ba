import { describe, expect, it } from 'vitest';
import { adjustedRandScore } from './adjusted-rand-score.js';
import { calinskiHarabaszScore } from './calinski-harabasz-score.js';
import { clusteringAccuracy } from './clustering-accuracy.js';
import { clusteringIndices } from './clustering-indices.js';
import { daviesBouldinScore } from './davies-bouldin-score.js';
import { normalizedMutualInfoScore } from './normalized-mutual-info-score.js';
import { silhouetteScore } from './silhouette-score.js';
import { fromRows, goldenLabels, goldenMatrix, reference } from './testing/goldens.js';
import { mixtureReference } from './testing/mixture-goldens.js';

/**
 * The goal: scikit-learn's own distances of a row to itself are not quite zero. A spread that is only rounding has no
 * digits to compare.
 */
function expectEqual(actual: number, expected: number): void {
  if (Math.abs(expected) < 1e-7) expect(Math.abs(actual)).toBeLessThan(1e-7);
  else if (expected > 1e20) expect(actual === 1 || actual > 1e20).toBe(true);
  else expect(Math.abs(actual - expected) / Math.abs(expected)).toBeLessThan(1e-5);
}

describe('the indices', () => {
  it.each(mixtureReference.oddIndices)('equal scikit-learn for $name', golden => {
    const x = fromRows(golden.x);
    expectEqual(silhouetteScore(x, golden.labels), golden.silhouette);
    expectEqual(calinskiHarabaszScore(x, golden.labels), golden.calinskiHarabasz);
    expectEqual(daviesBouldinScore(x, golden.labels), golden.daviesBouldin);
  });

  it.each(mixtureReference.oddPairs)(
    'of agreement equal scikit-learn for $a and $b',
    ({ a, b, ari, nmi }) => {
      expectEqual(adjustedRandScore(a, b), ari);
      expectEqual(normalizedMutualInfoScore(a, b), nmi);
    },
  );
});

describe('the inner indices', () => {
  it('refuse rows whose distances overflow, where they gave NaN', () => {
    for (const scale of [1e154, 1e300]) {
      const x = fromRows([[0], [1], [5], [6]].map(([value]) => [value! * scale, 0]));
      for (const index of [silhouetteScore, calinskiHarabaszScore, daviesBouldinScore])
        expect(() => index(x, [0, 0, 1, 1])).toThrow(/too far apart/);
    }
    // Only what differs between rows counts.
    const far = fromRows([[1e200], [1e200], [1e200], [1e200]].map(([value], row) => [value!, row]));
    expect(silhouetteScore(far, [0, 0, 1, 1])).toBeGreaterThan(0);
  });
});

describe('clusteringAccuracy', () => {
  it('counts rows under the best matching of clusters and classes', () => {
    expect(clusteringAccuracy([0, 0, 1, 1], [5, 5, 3, 3])).toBe(1);
    expect(clusteringAccuracy([0, 0, 0, 1, 1], [0, 0, 1, 1, 0])).toBe(0.6);
    expect(clusteringAccuracy([0, 0, 0, 0], [0, 1, 2, 3])).toBe(0.25);
    expect(clusteringAccuracy([0, 1, 2, 3], [0, 0, 0, 0])).toBe(0.25);
    expect(() => clusteringAccuracy([0], [0, 1])).toThrow(/of 1 and 2/);
  });
});

describe('clusteringIndices', () => {
  it('gives each index, and null for those that need known classes', () => {
    const golden = reference.matrices[0]!;
    const x = goldenMatrix('blobs');
    const indices = clusteringIndices(x, goldenLabels('blobs.truth'), null);
    for (const key of ['silhouette', 'calinskiHarabasz', 'daviesBouldin', 'entropy'] as const)
      expectEqual(indices[key]!, golden.indices.truth[key]!);
    expect(indices).toMatchObject({ ari: null, nmi: null, acc: null });
    const known = clusteringIndices(x, goldenLabels('blobs.random'), goldenLabels('blobs.truth'));
    expectEqual(known.ari!, golden.ari);
    expectEqual(known.nmi!, golden.nmi);
    expect(known.acc).toBeGreaterThan(0.2);
  });

  it.each([[[0, 0, 0]], [[0, 1, 2]]])('gives null for what is not defined for the clusters %j', labels => {
    const x = fromRows([[1], [2], [4]]);
    const indices = clusteringIndices(x, labels, [0, 0, 1]);
    expect(indices).toMatchObject({ silhouette: null, calinskiHarabasz: null, daviesBouldin: null });
    expect(indices.acc).toBeCloseTo(2 / 3, 12);
  });

  it('refuses labels of other rows, and NaN', () => {
    expect(() => clusteringIndices(fromRows([[1], [2], [3]]), [0, 1], null)).toThrow(/2 labels for 3 rows/);
    expect(() => clusteringIndices(fromRows([[1], [Number.NaN]]), [0, 0], null)).toThrow(/NaN/);
  });
});
