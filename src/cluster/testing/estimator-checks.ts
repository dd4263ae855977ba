import assert from 'node:assert/strict';
import { PlantsenseError } from '../../errors.js';
import { Random } from '../../random.js';
import { adjustedRandScore } from '../adjusted-rand-score.js';
import type { Clustering, Estimator, PredictiveClustering } from '../estimator.js';
import { type Matrix, takeRows, zeros } from '../matrix.js';

/** Makes the estimator under test for k clusters. */
export type MakeEstimator = (k: number, seed: number) => Estimator;

/** One thing that every estimator does; throws when this one doesn't. */
export interface EstimatorCheck {
  readonly name: string;
  check(make: MakeEstimator): void;
}

/** What every clustering method of this room passes, as scikit-learn's `estimator_checks` for its own. */
export const ESTIMATOR_CHECKS: readonly EstimatorCheck[] = [
  {
    name: 'labels every row with one of k clusters, and uses all of them',
    check(make) {
      const { labels } = make(4, 1).fit(blobs(4, 20, 3));
      assert.equal(labels.length, 80);
      assert.deepEqual([...new Set(labels)].sort(), [0, 1, 2, 3]);
    },
  },
  {
    name: 'finds clusters that lie far apart',
    check(make) {
      const x = blobs(5, 30, 6);
      const truth = Array.from({ length: x.rows }, (_, row) => Math.floor(row / 30));
      assert.equal(adjustedRandScore(make(5, 1).fit(x).labels, truth), 1);
    },
  },
  {
    name: 'gives the same bits for the same seed, from a matrix that it leaves as it was',
    check(make) {
      const x = blobs(3, 25, 4, 3);
      const before = x.data.slice();
      const estimator = make(3, 7);
      const first = estimator.fit(x);
      assert.deepEqual(x.data, before);
      assert.deepEqual(estimator.fit(x).labels, first.labels);
      assert.deepEqual(make(3, 7).fit(x).labels, first.labels);
    },
  },
  {
    name: 'gives the same for 32-bit and 64-bit floats of the same values',
    check(make) {
      const narrow = { ...blobs(3, 25, 4, 3), data: Float32Array.from(blobs(3, 25, 4, 3).data) };
      const wide = { ...narrow, data: Float64Array.from(narrow.data) };
      assert.deepEqual(make(3, 2).fit(narrow).labels, make(3, 2).fit(wide).labels);
    },
  },
  {
    name: 'puts everything into one cluster when k is 1',
    check(make) {
      assert.deepEqual([...make(1, 1).fit(blobs(2, 5, 2)).labels], new Array(10).fill(0));
    },
  },
  {
    name: 'gives every row its own cluster when k is the number of rows',
    check(make) {
      assert.equal(new Set(make(6, 1).fit(blobs(6, 1, 2)).labels).size, 6);
    },
  },
  {
    name: 'survives rows that are all equal',
    check(make) {
      const equal = { data: new Float64Array(20).fill(3.7), rows: 10, cols: 2 };
      const { labels } = make(3, 1).fit(equal);
      // They can't be told apart: one cluster of the three, whichever. A tree is cut into three even so.
      assert.ok([1, 3].includes(new Set(labels).size));
    },
  },
  {
    name: 'gives a row that lies far from all others a cluster of its own',
    check(make) {
      const x = blobs(1, 30, 2);
      x.data.set([1e4, 1e4], 0);
      const { labels } = make(2, 1).fit(x);
      assert.equal(labels.filter(label => label === labels[0]).length, 1);
    },
  },
  {
    name: 'refuses more clusters than rows',
    check: make => refuses('PARAMETER_INVALID', () => make(11, 1).fit(blobs(2, 5, 2))),
  },
  {
    name: 'refuses fewer than one cluster, or half a one',
    check(make) {
      for (const k of [0, -1, 1.5, Number.NaN])
        refuses('PARAMETER_INVALID', () => make(k, 1).fit(blobs(2, 5, 2)));
    },
  },
  {
    name: 'refuses NaN, infinity, an empty matrix, and a size that is not that of the data',
    check(make) {
      for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
        const x = blobs(2, 5, 2);
        x.data[7] = value;
        refuses('MATRIX_INVALID', () => make(2, 1).fit(x));
      }
      refuses('MATRIX_INVALID', () => make(1, 1).fit(zeros(0, 2)));
      refuses('MATRIX_INVALID', () => make(1, 1).fit(zeros(3, 0)));
      refuses('MATRIX_INVALID', () => make(1, 1).fit({ ...zeros(4, 2), rows: 5 }));
    },
  },
  {
    name: 'refuses rows that are too far apart for a 64-bit distance',
    check(make) {
      const x = blobs(2, 10, 2);
      refuses('MATRIX_INVALID', () => make(2, 1).fit({ ...x, data: x.data.map(value => value * 1e300) }));
    },
  },
  {
    name: 'predicts its own labels for the rows that it was fitted on, in any batch',
    check(make) {
      const x = blobs(4, 15, 5, 2);
      const fitted = make(4, 3).fit(x);
      if (!predicts(fitted)) return;
      assert.deepEqual(fitted.predict(x), fitted.labels);
      for (let row = 0; row < x.rows; row++)
        assert.equal(fitted.predict(takeRows(x, [row]))[0], fitted.labels[row]);
    },
  },
  {
    name: 'refuses to predict for another number of columns, NaN, or nothing',
    check(make) {
      const fitted = make(2, 1).fit(blobs(2, 5, 3));
      if (!predicts(fitted)) return;
      refuses('MATRIX_INVALID', () => fitted.predict(zeros(2, 2)));
      refuses('MATRIX_INVALID', () => fitted.predict(zeros(0, 3)));
      refuses('MATRIX_INVALID', () =>
        fitted.predict({ data: new Float64Array(3).fill(Number.NaN), rows: 1, cols: 3 }),
      );
    },
  },
];

function predicts(fitted: Clustering): fitted is PredictiveClustering {
  return 'predict' in fitted;
}

/** k groups of `size` rows each, 100 apart on alternating axes, with noise of the given spread. */
function blobs(k: number, size: number, cols: number, spread = 1): Matrix {
  const random = new Random(k * 1000 + size);
  const x = zeros(k * size, cols);
  for (let i = 0; i < x.data.length; i++) {
    const cluster = Math.floor(i / cols / size);
    const center = i % cols === cluster % cols ? 100 * (1 + Math.floor(cluster / cols)) : 0;
    x.data[i] = center + spread * random.normal();
  }
  return x;
}

function refuses(code: string, action: () => unknown): void {
  assert.throws(action, error => error instanceof PlantsenseError && error.code === code);
}
