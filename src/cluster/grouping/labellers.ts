import { AgglomerativeClustering } from '../agglomerative-clustering.js';
import { cutTree } from '../hierarchy/cut-tree.js';
import type { MergeTree } from '../hierarchy/merge-tree.js';
import { KMeans } from '../k-means.js';
import { type Matrix, type Matrix64, zeros } from '../matrix.js';
import { MiniBatchKMeans } from '../mini-batch-k-means.js';
import { checkFit } from '../parameters.js';
import { spectralPlaces } from '../spectral-clustering.js';
import type { GroupingAlgorithm } from './grouping-algorithm.js';
import { mixtureLabeller } from './mixture-labeller.js';
import type { FullSweepOptions } from './sweep-options.js';

/** Parts the same rows into any number of groups. What doesn't depend on their number is computed once. */
export type Labeller = (k: number) => Int32Array;

/** For each algorithm, what parts rows as its estimator with the same parameters would: the same groups for each k. */
export const LABELLERS: Readonly<
  Record<GroupingAlgorithm, (x: Matrix, options: FullSweepOptions) => Labeller>
> = {
  kmeans:
    (x, { nInit, randomState }) =>
    k =>
      new KMeans({ nClusters: k, nInit, randomState }).fit(x).labels,

  agglomerative: x => {
    let tree: MergeTree | undefined;
    return k => {
      checkFit(x, 'nClusters', k);
      tree ??= new AgglomerativeClustering({ nClusters: 1 }).fit(x).tree;
      return cutTree(tree, k);
    };
  },

  'minibatch-kmeans':
    (x, { randomState }) =>
    k =>
      new MiniBatchKMeans({ nClusters: k, randomState }).fit(x).labels,

  spectral: (x, options) => {
    const { nInit, randomState } = options;
    let places: Matrix64 | undefined;
    return k => {
      checkFit(x, 'nClusters', k);
      places ??= spectralPlaces(x, options, Math.min(x.rows, options.kMax));
      return new KMeans({ nClusters: k, nInit, randomState }).fit(firstColumns(places, k)).labels;
    };
  },

  gmm: (x, { randomState }) => mixtureLabeller(x, randomState),
};

function firstColumns({ data, rows, cols }: Matrix64, count: number): Matrix64 {
  const first = zeros(rows, count);
  for (let row = 0; row < rows; row++)
    first.data.set(data.subarray(row * cols, row * cols + count), row * count);
  return first;
}
