import { describe, expect, it } from 'vitest';
import { Random } from '../random.js';
import { adjustedRandScore } from './adjusted-rand-score.js';
import { sameClustering } from './same-clustering.js';
import { SpectralClustering } from './spectral-clustering.js';
import { clusteringMatrix, clusterings } from './testing/clustering-goldens.js';
import { ESTIMATOR_CHECKS } from './testing/estimator-checks.js';
import { fromRows } from './testing/goldens.js';
import { ignoresRowOrder } from './testing/row-order.js';

const make = (k: number, seed: number) => new SpectralClustering({ nClusters: k, randomState: seed });

/** A balanced cut never parts one row from the others: neither here nor in scikit-learn. */
const NOT_ITS_AIM = 'gives a row that lies far from all others a cluster of its own';

describe('SpectralClustering', () => {
  it.each(ESTIMATOR_CHECKS.filter(({ name }) => name !== NOT_ITS_AIM))('$name', ({ check }) => {
    check(make);
  });

  it(`is known not to do one thing: ${NOT_ITS_AIM}`, () => {
    const known = ESTIMATOR_CHECKS.find(({ name }) => name === NOT_ITS_AIM);
    expect(() => known!.check(make)).toThrow();
  });

  it.each(clusterings.spectral)('labels $name by $affinity as scikit-learn', golden => {
    const { k: nClusters, affinity, gamma } = golden;
    const estimator = new SpectralClustering({ nClusters, affinity, gamma });
    expect(adjustedRandScore(estimator.fit(clusteringMatrix(golden.name)).labels, golden.labels)).toBe(1);
  });

  it('finds clusters that no centre describes', () => {
    const { labels } = new SpectralClustering({ nClusters: 2 }).fit(clusteringMatrix('moons'));
    expect(adjustedRandScore(labels, clusterings.moons.truth)).toBe(1);
  });

  it('does not depend on the order of the rows', () => {
    const x = clusteringMatrix('moons');
    for (const affinity of ['nearest_neighbors', 'rbf'] as const) {
      const estimator = new SpectralClustering({ nClusters: 2, affinity, gamma: 20 });
      expect(ignoresRowOrder(rows => estimator.fit(rows), x, new Random(3))).toBe(true);
    }
  });

  it('makes one giant cluster of features that gamma 1 sees no likeness in', () => {
    const random = new Random(8);
    const x = { data: Float64Array.from({ length: 60 * 40 }, () => 5 * random.normal()), rows: 60, cols: 40 };
    // Two pairs of rows are alike, all others alone.
    x.data.copyWithin(0, 40, 80);
    x.data.copyWithin(80, 120, 160);
    const { labels } = new SpectralClustering({ nClusters: 3, affinity: 'rbf' }).fit(x);
    const sizes = [0, 1, 2]
      .map(label => labels.filter(other => other === label).length)
      .sort((a, b) => a - b);
    expect(sizes).toEqual([2, 2, 56]);
  });

  it('parts what is not connected', () => {
    const places = [0, 0, 0, 1000, 1000, 1000, 1000, 5000, 5000, 5000, 5000, 5000, 9000, 9000];
    const x = fromRows(places.map((place, i) => [place + (i % 3)]));
    const { labels } = new SpectralClustering({ nClusters: 4, affinity: 'rbf' }).fit(x);
    expect(sameClustering(labels, Int32Array.from(places))).toBe(true);
  });

  it('refuses one row, and parameters that it does not know', () => {
    expect(() => make(1, 1).fit(fromRows([[1, 2]]))).toThrow(/2 rows at least/);
    expect(() => new SpectralClustering({ affinity: 'cosine' as 'rbf' })).toThrow(/must be one of/);
    expect(() => new SpectralClustering({ gamma: -1 })).toThrow(/gamma/);
    expect(() => new SpectralClustering({ nNeighbors: 0 })).toThrow(/nNeighbors/);
    expect(() => new SpectralClustering({ nClusters: 2, nComponents: 9 }).fit(fromRows([[1], [2]]))).toThrow(
      /nComponents/,
    );
  });
});
