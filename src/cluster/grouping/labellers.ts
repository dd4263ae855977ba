import { AgglomerativeClustering } from '../agglomerative-clustering.js';
import { GaussianMixture } from '../gaussian-mixture.js';
import { cutTree } from '../hierarchy/cut-tree.js';
import type { MergeTree } from '../hierarchy/merge-tree.js';
import { KMeans } from '../k-means.js';
import type { Matrix } from '../matrix.js';
import { MiniBatchKMeans } from '../mini-batch-k-means.js';
import { SpectralClustering } from '../spectral-clustering.js';
import type { GroupingAlgorithm } from './grouping-algorithm.js';
import type { FullSweepOptions } from './sweep-options.js';

/** Parts the same rows into any number of groups. What doesn't depend on their number is computed once. */
export type Labeller = (k: number) => Int32Array;

/** For each algorithm, what parts rows as its estimator with the same parameters would: the same labels for each k. */
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
      tree ??= new AgglomerativeClustering({ nClusters: k }).fit(x).tree;
      return cutTree(tree, k);
    };
  },

  'minibatch-kmeans':
    (x, { randomState }) =>
    k =>
      new MiniBatchKMeans({ nClusters: k, randomState }).fit(x).labels,

  spectral:
    (x, { affinity, gamma, nNeighbors, nInit, randomState }) =>
    k =>
      new SpectralClustering({ nClusters: k, affinity, gamma, nNeighbors, nInit, randomState }).fit(x).labels,

  gmm:
    (x, { randomState }) =>
    k =>
      new GaussianMixture({ nComponents: k, randomState }).fit(x).labels,
};
