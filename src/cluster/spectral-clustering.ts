import { PlantsenseError } from '../errors.js';
import { Random } from '../random.js';
import type { Clustering, Estimator } from './estimator.js';
import { KMeans } from './k-means.js';
import { areRowsEqual, type Matrix, type Matrix64, zeros } from './matrix.js';
import { checkFit, checkInteger, checkNotNegative, checkOneOf } from './parameters.js';
import { neighbourAffinity, rbfAffinity } from './spectral/affinity.js';
import { spectralEmbedding } from './spectral/spectral-embedding.js';

export const AFFINITIES = ['nearest_neighbors', 'rbf'] as const;

export interface SpectralClusteringParams {
  /** Number of clusters. Default 8. */
  readonly nClusters?: number;
  /**
   * How alike rows are. Default nearest_neighbors, where scikit-learn has rbf: features of images lie so far apart that
   * exp(-gamma · d²) with its gamma of 1 is 0 for nearly all pairs, and nearly all rows fall into one giant cluster.
   */
  readonly affinity?: (typeof AFFINITIES)[number];
  /** For rbf: exp(-gamma · d²). Default 1; 1 / (columns · variance) suits features of any scale. */
  readonly gamma?: number;
  /** For nearest_neighbors: how many count, the row itself among them. Default 10; all rows when there are fewer. */
  readonly nNeighbors?: number;
  /** Eigenvectors that place the rows. Default `nClusters`. */
  readonly nComponents?: number;
  /** How the placed rows are parted: by k-means. */
  readonly assignLabels?: 'kmeans';
  /** Runs of k-means. Default 10. */
  readonly nInit?: number;
  /** Seed. Default 0. */
  readonly randomState?: number;
}

/** A spectral fit. There is no `predict`: a new row could change the place of every other. */
export interface SpectralFit extends Clustering {
  /** Where the rows stand for k-means: `[nSamples, nComponents]`. */
  readonly embedding: Matrix64;
}

/** scikit-learn asks for two rows at least. */
const LEAST_ROWS = 2;

/**
 * Clusters of any form: k-means of the rows placed by the eigenvectors of the normalised Laplacian of a graph of
 * likeness (von Luxburg, "A tutorial on spectral clustering", 2007), as scikit-learn's `SpectralClustering`, except for
 * the default of `affinity`.
 *
 * It looks for balanced cuts: a single row far from all others does not get a cluster of its own.
 *
 * @example
 * const { labels } = new SpectralClustering({ nClusters: 5 }).fit(x);
 */
export class SpectralClustering implements Estimator<SpectralFit> {
  readonly #params: Required<Omit<SpectralClusteringParams, 'nComponents' | 'assignLabels'>>;
  readonly #nComponents: number;

  /** @throws PlantsenseError PARAMETER_INVALID */
  constructor(params: SpectralClusteringParams = {}) {
    const { nComponents, assignLabels = 'kmeans', ...rest } = params;
    this.#params = {
      nClusters: 8,
      affinity: 'nearest_neighbors',
      gamma: 1,
      nNeighbors: 10,
      nInit: 10,
      randomState: 0,
      ...rest,
    };
    const { nClusters, affinity, gamma, nNeighbors, nInit } = this.#params;
    this.#nComponents = nComponents ?? nClusters;
    checkInteger('nClusters', nClusters, 1);
    checkInteger('nComponents', this.#nComponents, 1);
    checkInteger('nNeighbors', nNeighbors, 1);
    checkInteger('nInit', nInit, 1);
    checkNotNegative('gamma', gamma);
    checkOneOf('affinity', affinity, AFFINITIES);
    checkOneOf('assignLabels', assignLabels, ['kmeans']);
  }

  fit(x: Matrix): SpectralFit {
    const { nClusters, affinity, gamma, nNeighbors, nInit, randomState } = this.#params;
    const nComponents = this.#nComponents;
    checkFit(x, 'nClusters', nClusters);
    checkFit(x, 'nComponents', nComponents);
    if (x.rows < LEAST_ROWS)
      throw new PlantsenseError(
        'MATRIX_INVALID',
        `Spectral clustering needs ${LEAST_ROWS} rows at least, not ${x.rows}.`,
      );
    const embedding = spectralPlaces(x, { affinity, gamma, nNeighbors, randomState }, nComponents);
    const { labels } = new KMeans({ nClusters, nInit, randomState }).fit(embedding);
    return { labels, embedding };
  }
}

/**
 * Where spectral clustering places the rows for k-means: `[x.rows, nComponents]`. The places in fewer dimensions are the
 * first columns of those in more, up to signs and the rounding of eigenvectors.
 *
 * @param x checked, as `fit` does
 */
export function spectralPlaces(
  x: Matrix,
  params: Required<Pick<SpectralClusteringParams, 'affinity' | 'gamma' | 'nNeighbors' | 'randomState'>>,
  nComponents: number,
): Matrix64 {
  // Rows that can't be told apart have no smoothest function but the constant: any other would be chance.
  if (areRowsEqual(x)) return zeros(x.rows, nComponents);
  const graph =
    params.affinity === 'rbf' ? rbfAffinity(x, params.gamma) : neighbourAffinity(x, params.nNeighbors);
  return spectralEmbedding(graph, nComponents, new Random(params.randomState));
}
