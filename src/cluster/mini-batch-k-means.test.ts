import { describe, expect, it } from 'vitest';
import { Random } from '../random.js';
import { type Matrix, takeRows } from './matrix.js';
import { MiniBatchKMeans, type MiniBatchKMeansFit } from './mini-batch-k-means.js';
import { clusteringMatrix, clusterings } from './testing/clustering-goldens.js';
import { ESTIMATOR_CHECKS } from './testing/estimator-checks.js';
import { fromRows } from './testing/goldens.js';

const SEEDS = Array.from({ length: 20 }, (_, seed) => seed);

describe('MiniBatchKMeans', () => {
  it.each(ESTIMATOR_CHECKS)('$name', ({ check }) => {
    check((k, seed) => new MiniBatchKMeans({ nClusters: k, randomState: seed }));
  });

  it.each(clusterings.miniBatch)('is as good as scikit-learn on $name in batches of $batchSize', golden => {
    const { k: nClusters, batchSize } = golden;
    const x = clusteringMatrix(golden.name);
    const inertia = SEEDS.map(
      randomState => new MiniBatchKMeans({ nClusters, batchSize, randomState }).fit(x).inertia,
    ).sort((a, b) => a - b);
    expect(inertia[10]! / golden.inertia[10]!).toBeLessThan(1.02);
    expect(inertia[0]! / golden.inertia[0]!).toBeLessThan(1.01);
  });

  it('moves a centre without rows with the first batch, and one that falls far behind', () => {
    const x = fromRows([[1], [2], [3], [4], [5]]);
    const estimator = new MiniBatchKMeans({ nClusters: 2, init: fromRows([[3], [1000]]) });
    const first = estimator.partialFit(x);
    expect(x.data).toContain(first.clusterCenters.data[1]);
    // The count of the smallest other centre, so that it isn't moved again at once.
    expect([...first.counts]).toEqual([5, 5]);

    const clusterCenters = { ...first.clusterCenters, data: Float64Array.of(3, 1000) };
    const behind = { ...first, clusterCenters, counts: Float64Array.of(2000, 1) };
    const kept = estimator.partialFit(x, { ...behind, nSinceLastReassign: 14 });
    expect([...kept.counts]).toEqual([2005, 1]);
    const moved = estimator.partialFit(x, { ...behind, nSinceLastReassign: 15 });
    expect(x.data).toContain(moved.clusterCenters.data[1]);
    expect([...moved.counts]).toEqual([2005, 2005]);
  });

  it('equals scikit-learn step by step where there is no chance', () => {
    const x = clusteringMatrix('overlapping');
    const init = takeRows(x, [0, 1, 2, 3, 4, 5, 6]);
    const estimator = new MiniBatchKMeans({ nClusters: 7, init, reassignmentRatio: 0 });
    let fitted: MiniBatchKMeansFit | undefined;
    clusterings.partialFit.steps.forEach((step, i) => {
      fitted = estimator.partialFit(rowsFrom(x, 100 * i, 100), fitted);
      expect([...fitted.counts]).toEqual(step.counts);
      expect(fitted.inertia / step.inertia).toBeCloseTo(1, 10);
    });
    fitted!.clusterCenters.data.forEach((value, i) => {
      expect(value).toBeCloseTo(clusterings.partialFit.clusterCenters[i]!, 9);
    });
  });

  it('goes on online from a fit, or from a state that was stored, and leaves both as they were', () => {
    const x = clusteringMatrix('blobs');
    const estimator = new MiniBatchKMeans({ nClusters: 5 });
    const fitted = estimator.fit(x);
    const before = fitted.clusterCenters.data.slice();
    const next = rowsFrom(x, 0, 50);
    const direct = estimator.partialFit(next, fitted);
    expect(fitted.clusterCenters.data).toEqual(before);
    expect(direct.counts.reduce((a, b) => a + b)).toBe(fitted.counts.reduce((a, b) => a + b) + 50);
    const { clusterCenters, counts, nSinceLastReassign, nSteps } = fitted;
    const stored = estimator.partialFit(next, { clusterCenters, counts, nSinceLastReassign, nSteps });
    expect(stored.clusterCenters).toEqual(direct.clusterCenters);
    expect(direct.labels).toHaveLength(50);
  });

  it('learns clusters from batches alone', () => {
    const x = clusteringMatrix('blobs');
    const shuffled = takeRows(x, new Random(1).shuffle(Int32Array.from({ length: x.rows }, (_, i) => i)));
    const estimator = new MiniBatchKMeans({ nClusters: 5 });
    let fitted = estimator.partialFit(rowsFrom(shuffled, 0, 100));
    for (let row = 100; row < x.rows; row += 50)
      fitted = estimator.partialFit(rowsFrom(shuffled, row, 50), fitted);
    expect(new Set(fitted.predict(x)).size).toBe(5);
    expect(fitted.nSteps).toBe(11);
  });

  it('moves a centre that is given nothing', () => {
    const x = fromRows(Array.from({ length: 40 }, (_, i) => [i < 20 ? 0 : 10]));
    const init = fromRows([[0], [1e6]]);
    const fitted = new MiniBatchKMeans({ nClusters: 2, init }).fit(x);
    expect(fitted.inertia).toBeLessThan(1);
    const left = new MiniBatchKMeans({ nClusters: 2, init, reassignmentRatio: 0 }).fit(x);
    expect(left.clusterCenters.data[1]).toBe(1e6);
  });

  it('stops when the inertia or the centres no longer change, or when told', () => {
    const x = clusteringMatrix('overlapping');
    const steps = (params: object) => new MiniBatchKMeans({ nClusters: 7, ...params }).fit(x).nSteps;
    expect(steps({})).toBeLessThan(60);
    expect(steps({ maxNoImprovement: null })).toBe(100);
    expect(steps({ maxNoImprovement: null, tol: 0.01 })).toBeLessThan(50);
    expect(steps({ maxNoImprovement: null, maxIter: 3 })).toBe(3);
    expect(steps({ maxNoImprovement: null, maxIter: 3, batchSize: 100 })).toBe(24);
  });

  it('starts from rows drawn at random, or from a few', () => {
    const x = clusteringMatrix('blobs');
    const random = new MiniBatchKMeans({ nClusters: 5, init: 'random', nInit: 20, initSize: 100 });
    expect(new Set(random.fit(x).labels).size).toBe(5);
    expect(new MiniBatchKMeans({ nClusters: 5, initSize: 2 }).fit(x).inertia).toBeGreaterThan(0);
  });

  it.each([
    { batchSize: 0 },
    { maxIter: 0 },
    { tol: -1 },
    { maxNoImprovement: -1 },
    { initSize: 0 },
    { nInit: 0 },
    { reassignmentRatio: 1.5 },
    { init: fromRows([[1]]) },
  ])('refuses %j', params => {
    expect(() => new MiniBatchKMeans({ nClusters: 2, ...params })).toThrow(/must be|init has 1 row/);
  });

  it('refuses a first batch with fewer rows than clusters, and a state of another form', () => {
    const estimator = new MiniBatchKMeans({ nClusters: 3 });
    expect(() => estimator.partialFit(fromRows([[1], [2]]))).toThrow(/only 2 rows/);
    const fitted = estimator.partialFit(fromRows([[1], [2], [3]]));
    expect(() => estimator.partialFit(fromRows([[1, 2]]), fitted)).toThrow(/2 columns/);
    expect(() => new MiniBatchKMeans({ nClusters: 2 }).partialFit(fromRows([[1]]), fitted)).toThrow(
      /3 clusters/,
    );
  });
});

function rowsFrom(x: Matrix, first: number, count: number): Matrix {
  return takeRows(
    x,
    Array.from({ length: count }, (_, i) => first + i),
  );
}
