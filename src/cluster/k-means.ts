import { PlantsenseError } from '../errors.js';
import { Random } from '../random.js';
import { tooFarApart } from './distances/row-distances.js';
import type { Estimator, PredictiveClustering } from './estimator.js';
import { chooseFarRows } from './k-means-plus-plus.js';
import { inWorkspace } from './linear-algebra/workspace.js';
import { assign, type LloydResult, lloyd } from './lloyd.js';
import { checkMatrix, type Matrix, type Matrix64, takeRows } from './matrix.js';
import { checkFit, checkInteger, checkNotNegative } from './parameters.js';
import { Points } from './points.js';
import { RoundedPoints } from './rounded-points.js';
import { sameClustering } from './same-clustering.js';

export interface KMeansParams {
  /** Number of clusters. */
  readonly nClusters: number;
  /** How the first centres are chosen, or the centres themselves (`[nClusters, nFeatures]`; one run then). */
  readonly init?: 'k-means++' | 'random' | Matrix;
  /** Runs from different first centres, of which the best counts. Default 10. */
  readonly nInit?: number;
  /** Iterations of one run at most. Default 300. */
  readonly maxIter?: number;
  /** Relative to the mean variance of the features: a smaller squared shift of all centres ends a run. Default 1e-4. */
  readonly tol?: number;
  /** Seed. Default 0. */
  readonly randomState?: number;
}

/** A k-means fit. */
export interface KMeansFit extends PredictiveClustering {
  /** `[nClusters, nFeatures]` */
  readonly clusterCenters: Matrix64;
  /** Sum of squared distances of the rows to their centres. */
  readonly inertia: number;
  /** Iterations of the best run. */
  readonly nIter: number;
}

/**
 * k-means (Lloyd 1982) with k-means++ and several starts, as scikit-learn's `KMeans(algorithm="lloyd")`.
 *
 * @example
 * const { labels, inertia } = new KMeans({ nClusters: 5, randomState: 1 }).fit(x);
 */
export class KMeans implements Estimator<KMeansFit> {
  readonly #params: Required<KMeansParams>;

  /** @throws PlantsenseError PARAMETER_INVALID */
  constructor(params: KMeansParams) {
    this.#params = { init: 'k-means++', nInit: 10, maxIter: 300, tol: 1e-4, randomState: 0, ...params };
    const { nClusters, nInit, maxIter, tol, init } = this.#params;
    checkInteger('nClusters', nClusters, 1);
    checkInteger('nInit', nInit, 1);
    checkInteger('maxIter', maxIter, 1);
    checkNotNegative('tol', tol);
    if (typeof init === 'object' && init.rows !== nClusters)
      throw new PlantsenseError(
        'PARAMETER_INVALID',
        `init has ${init.rows} rows, but nClusters is ${nClusters}.`,
      );
  }

  fit(x: Matrix): KMeansFit {
    const { nClusters, init, maxIter, tol, randomState } = this.#params;
    checkFit(x, 'nClusters', nClusters);
    if (typeof init === 'object') checkMatrix(init, x.cols);
    const random = new Random(randomState);
    const runs = typeof init === 'object' ? 1 : this.#params.nInit;
    const { labels, centers, inertia, nIter } = inWorkspace(workspace => {
      const points = new Points(workspace, x);
      const rounded = new RoundedPoints(points);
      const shiftTolerance = tol * rounded.grid.meanVariance;
      let best: LloydResult | undefined;
      for (let run = 0; run < runs; run++) {
        const start =
          typeof init === 'object' ? init : takeRows(x, firstRows(points, rounded, nClusters, init, random));
        const result = lloyd(points, rounded, start, maxIter, shiftTolerance);
        // Rounding can make the same clusters look a little better: keep the first then.
        if (!best || (result.inertia < best.inertia && !sameClustering(result.labels, best.labels)))
          best = result;
      }
      return best!;
    });
    if (!Number.isFinite(inertia)) throw tooFarApart();
    return { labels, clusterCenters: centers, inertia, nIter, predict: rows => predict(rows, centers) };
  }
}

function firstRows(
  points: Points,
  rounded: RoundedPoints,
  nClusters: number,
  init: 'k-means++' | 'random',
  random: Random,
): Int32Array {
  if (init === 'k-means++') return chooseFarRows(points, rounded, nClusters, random);
  return random.shuffle(Int32Array.from({ length: points.rows }, (_, i) => i)).subarray(0, nClusters);
}

/** The nearest centre of each row. Throws as {@link PredictiveClustering.predict}. */
export function predict(x: Matrix, centers: Matrix): Int32Array {
  checkMatrix(x, centers.cols);
  const labels = new Int32Array(x.rows);
  assign(x, centers, labels);
  return labels;
}
