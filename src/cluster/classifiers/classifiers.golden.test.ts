import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Matrix } from '../matrix.js';
import { largestDifference } from '../testing/random-matrix.js';
import { type AnomalyClassifier, fitAnomaly } from './anomaly.js';
import { fitClassifier } from './fit-classifier.js';
import { growTree, leafOf } from './grow-tree.js';
import { labelledRows } from './labelled-rows.js';
import { fitSvm } from './svm.js';
import { accuracy } from './testing/clouds.js';

/** Reference values of scikit-learn: `test/goldens/cluster/make_classifier_goldens.py`. */
interface Golden {
  readonly name: string;
  readonly classes: number;
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly other: readonly number[];
  readonly truth: readonly number[];
  readonly linear: readonly number[];
  readonly rbf: readonly number[];
  readonly trees: Readonly<Record<string, readonly number[]>>;
  readonly networkAccuracy: number;
  readonly networkLogLoss: number;
  readonly mahalanobis: readonly number[];
}

const file = new URL('../../../test/goldens/cluster/classifiers.json', import.meta.url);
const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { cases: readonly Golden[] };

const matrix = (values: readonly number[]): Matrix => ({
  data: Float64Array.from(values),
  rows: values.length / 4,
  cols: 4,
});

describe.each(cases)('of $name, with the numbers of scikit-learn,', golden => {
  const x = matrix(golden.x);
  const other = matrix(golden.other);
  const rows = labelledRows(x, golden.y);

  it('decision values of the linear support vector machine', () => {
    const { data } = fitSvm(rows, { tol: 1e-9, maxIter: 100_000 }).decisionFunction(other);
    expect(largestDifference(data, golden.linear)).toBeLessThan(1e-5);
    // And at the tolerance that is the default.
    const near = fitSvm(rows, {}).decisionFunction(other);
    expect(largestDifference(near.data, golden.linear)).toBeLessThan(2e-3);
  });

  it('decision values of the support vector machine with a kernel', () => {
    const { data } = fitSvm(rows, { kernel: 'rbf', tol: 1e-9 }).decisionFunction(other);
    expect(largestDifference(data, golden.rbf)).toBeLessThan(1e-6);
  });

  it('leaves of the decision tree', () => {
    for (const [limits, shares] of Object.entries(golden.trees)) {
      const [depth, minSamplesLeaf] = limits.split('/');
      const tree = growTree(rows, {
        maxDepth: depth === 'None' ? Number.POSITIVE_INFINITY : Number(depth),
        minSamplesLeaf: Number(minSamplesLeaf),
      });
      const own = Array.from({ length: other.rows }, (_, row) => {
        const start = leafOf(tree, other, row) * golden.classes;
        const counts = tree.counts.subarray(start, start + golden.classes);
        return [...counts].map(count => count / counts.reduce((a, b) => a + b));
      });
      expect(largestDifference(own.flat(), shares)).toBeLessThan(1e-8);
    }
  });

  it('distances from a normal class with a shrunk covariance', () => {
    const fitted: AnomalyClassifier = fitAnomaly(rows, { normalClass: 0 });
    expect(largestDifference(fitted.distances(other), golden.mahalanobis)).toBeLessThan(1e-6);
  });

  it('about the accuracy of its network, whose confidence is no farther from the truth', () => {
    const shares = fitClassifier('neural-network', x, golden.y).predictProbability(other);
    expect(accuracy(shares, golden.truth)).toBeGreaterThan(golden.networkAccuracy - 0.06);
    const loss = golden.truth.map((label, row) => -Math.log(shares.data[row * golden.classes + label]!));
    expect(loss.reduce((a, b) => a + b) / loss.length).toBeLessThan(golden.networkLogLoss + 0.02);
  });
});
