import { describe, expect, it } from 'vitest';
import { KMeans } from './k-means.js';
import { takeRows } from './matrix.js';
import { sameClustering } from './same-clustering.js';
import { ESTIMATOR_CHECKS } from './testing/estimator-checks.js';
import { fromRows, goldenMatrix, reference } from './testing/goldens.js';
import { randomMatrix } from './testing/random-matrix.js';

describe('KMeans', () => {
  it.each(ESTIMATOR_CHECKS)('$name', ({ check }) => {
    check((k, seed) => new KMeans({ nClusters: k, randomState: seed }));
  });

  it.each(reference.matrices)('equals scikit-learn on $name from the same first centres', golden => {
    const x = goldenMatrix(golden.name);
    const first = Int32Array.from({ length: golden.k }, (_, i) => i);
    const fitted = new KMeans({ nClusters: golden.k, init: takeRows(x, first) }).fit(x);
    expect([...fitted.labels]).toEqual(golden.kMeansFromFirstRows.labels);
    expect(fitted.nIter).toBe(golden.kMeansFromFirstRows.nIter);
    expect(fitted.inertia / golden.kMeansFromFirstRows.inertia).toBeCloseTo(1, 9);
  });

  it.each(reference.matrices)('is as good as twenty starts of scikit-learn on $name', golden => {
    const x = goldenMatrix(golden.name);
    for (const randomState of [0, 1, 2, 3]) {
      const fitted = new KMeans({ nClusters: golden.k, randomState }).fit(x);
      expect(fitted.inertia / golden.kMeans.inertia).toBeLessThan(1.01);
    }
  });

  it('gives clusters that run empty the farthest rows, as scikit-learn', () => {
    const { x, init, inertia, labels, nIter } = reference.emptyClusters;
    const rows = { data: Float64Array.from(x), rows: x.length / 2, cols: 2 };
    const centers = { data: Float64Array.from(init), rows: init.length / 2, cols: 2 };
    const fitted = new KMeans({ nClusters: 8, init: centers }).fit(rows);
    expect(fitted.inertia).toBeCloseTo(inertia, 12);
    expect(sameClustering(fitted.labels, Int32Array.from(labels))).toBe(true);
    expect(fitted.nIter).toBe(nIter);
  });

  it('gives labels and inertia of the centres that it ends with, also when iterations end it', () => {
    const x = randomMatrix(200, 3, 5);
    const fitted = new KMeans({ nClusters: 6, nInit: 1, maxIter: 1 }).fit(x);
    expect(fitted.labels).toEqual(fitted.predict(x));
    const own = new KMeans({ nClusters: 6, init: fitted.clusterCenters, maxIter: 1 }).fit(x);
    // The centres had not come to rest, or this would say nothing.
    expect(own.labels).not.toEqual(fitted.labels);
  });

  it('finds no more clusters than there are different rows', () => {
    const x = fromRows([[0], [0], [0], [5], [5], [9]]);
    const { labels, inertia, clusterCenters } = new KMeans({ nClusters: 5 }).fit(x);
    expect(new Set(labels).size).toBe(3);
    expect(inertia).toBe(0);
    expect(clusterCenters.data.every(Number.isFinite)).toBe(true);
  });

  it('starts from rows drawn at random when asked', () => {
    const [golden] = reference.matrices;
    const fitted = new KMeans({ nClusters: 5, init: 'random', nInit: 20 }).fit(goldenMatrix(golden!.name));
    expect(fitted.inertia / golden!.kMeans.inertia).toBeLessThan(1.01);
  });

  it.each([{ nInit: 0 }, { maxIter: 0 }, { tol: -1 }, { init: fromRows([[1], [2], [3]]) }])(
    'refuses %j',
    params => {
      expect(() => new KMeans({ nClusters: 2, ...params })).toThrow(/must be|init has 3 rows/);
    },
  );
});
