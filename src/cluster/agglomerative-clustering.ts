import { PlantsenseError } from '../errors.js';
import { condensedDistances } from './distances/condensed-distances.js';
import type { Clustering, Estimator } from './estimator.js';
import { cutTree } from './hierarchy/cut-tree.js';
import type { MergeTree } from './hierarchy/merge-tree.js';
import { minimumSpanningTree } from './hierarchy/minimum-spanning-tree.js';
import { nearestNeighbourChain } from './hierarchy/nearest-neighbour-chain.js';
import type { Matrix } from './matrix.js';
import { checkFit, checkInteger, checkNotNegative, checkOneOf } from './parameters.js';

export const LINKAGES = ['ward', 'complete', 'average', 'single'] as const;

/**
 * What counts as the distance of two clusters: the growth of the squared error when they merge (ward), the largest, mean
 * or least distance of their rows (complete, average, single).
 */
export type Linkage = (typeof LINKAGES)[number];

export interface AgglomerativeClusteringParams {
  /** Number of clusters. Default 2; not together with `distanceThreshold`. */
  readonly nClusters?: number;
  /** Clusters at this distance or farther from each other stay apart, however many they are. */
  readonly distanceThreshold?: number;
  /** Default ward. */
  readonly linkage?: Linkage;
}

/** An agglomerative fit. There is no `predict`: a new row could change the whole tree. */
export interface AgglomerativeFit extends Clustering {
  readonly nClusters: number;
  /** All merges, down to one cluster. */
  readonly tree: MergeTree;
}

/** scikit-learn asks for two rows at least: one has nothing to merge with. */
const LEAST_ROWS = 2;

/**
 * Merges the two nearest clusters until as many are left as wanted, as scikit-learn's `AgglomerativeClustering` without
 * connectivity: Euclidean distances, its choice among equals, its numbers for the clusters. Takes n² time and memory for
 * n rows (4 n² bytes).
 *
 * @example
 * const { labels } = new AgglomerativeClustering({ nClusters: 5, linkage: 'average' }).fit(x);
 */
export class AgglomerativeClustering implements Estimator<AgglomerativeFit> {
  readonly #linkage: Linkage;
  readonly #distanceThreshold: number | undefined;
  readonly #nClusters: number;

  /** @throws PlantsenseError PARAMETER_INVALID */
  constructor(params: AgglomerativeClusteringParams = {}) {
    const { nClusters, distanceThreshold, linkage = 'ward' } = params;
    if (nClusters !== undefined && distanceThreshold !== undefined)
      throw new PlantsenseError('PARAMETER_INVALID', 'nClusters and distanceThreshold exclude each other.');
    checkOneOf('linkage', linkage, LINKAGES);
    if (distanceThreshold !== undefined) checkNotNegative('distanceThreshold', distanceThreshold);
    this.#nClusters = nClusters ?? 2;
    checkInteger('nClusters', this.#nClusters, 1);
    this.#distanceThreshold = distanceThreshold;
    this.#linkage = linkage;
  }

  fit(x: Matrix): AgglomerativeFit {
    const threshold = this.#distanceThreshold;
    checkFit(x, 'nClusters', threshold === undefined ? this.#nClusters : 1);
    if (x.rows < LEAST_ROWS)
      throw new PlantsenseError(
        'MATRIX_INVALID',
        `Agglomerative clustering needs ${LEAST_ROWS} rows at least, not ${x.rows}.`,
      );
    const distances = condensedDistances(x);
    const tree =
      this.#linkage === 'single'
        ? minimumSpanningTree(distances, x.rows)
        : nearestNeighbourChain(distances, x.rows, this.#linkage);
    const nClusters =
      threshold === undefined
        ? this.#nClusters
        : 1 + tree.distances.filter(distance => distance >= threshold).length;
    return { labels: cutTree(tree, nClusters), nClusters, tree };
  }
}
