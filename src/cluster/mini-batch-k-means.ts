import { PlantsenseError } from '../errors.js';
import { Random } from '../random.js';
import type { Estimator, PredictiveClustering } from './estimator.js';
import { meanVariance, predict } from './k-means.js';
import { kMeansPlusPlus } from './k-means-plus-plus.js';
import { assign } from './lloyd.js';
import { checkMatrix, type Matrix, type Matrix64, squaredDistance, takeRows } from './matrix.js';
import { miniBatchStep, reassignSmall } from './mini-batch-step.js';
import { checkFit, checkInteger, checkNotNegative } from './parameters.js';
import { SmoothedInertia } from './smoothed-inertia.js';

export interface MiniBatchKMeansParams {
  /** Number of clusters. */
  readonly nClusters: number;
  /** How the first centres are chosen, or the centres themselves (`[nClusters, nFeatures]`). */
  readonly init?: 'k-means++' | 'random' | Matrix;
  /** Passes over as many rows as there are, at most. Default 100. */
  readonly maxIter?: number;
  /** Rows of a batch. Default 1024. */
  readonly batchSize?: number;
  /** Relative to the mean variance of the features: a smaller squared shift of all centres ends the fit. Default 0: none. */
  readonly tol?: number;
  /** Batches in a row without a lower smoothed inertia that end the fit; null: none do. Default 10. */
  readonly maxNoImprovement?: number | null;
  /** Rows drawn to choose the first centres from. Default 3 batches, 3 `nClusters` when that is more than these. */
  readonly initSize?: number;
  /** First centres that are tried; only the best are fitted. Default 3. */
  readonly nInit?: number;
  /** Of the largest number of rows that a centre was given, 0 .. 1: centres with fewer are moved. Default 0.01. */
  readonly reassignmentRatio?: number;
  /** Seed. Default 0. */
  readonly randomState?: number;
}

/** All that the next batch needs: plain values, which can be stored. */
export interface MiniBatchState {
  /** `[nClusters, nFeatures]` */
  readonly clusterCenters: Matrix64;
  /** Rows that each centre was given so far. */
  readonly counts: Float64Array;
  /** Rows since small centres were looked for. */
  readonly nSinceLastReassign: number;
  /** Batches so far. */
  readonly nSteps: number;
}

/** A mini-batch fit. Labels and inertia are those of the matrix that was given last. */
export interface MiniBatchKMeansFit extends PredictiveClustering, MiniBatchState {
  /** Sum of squared distances of the rows to their centres. */
  readonly inertia: number;
  /** Passes over as many rows as there are, begun. */
  readonly nIter: number;
}

/** Rows for each centre between two looks for small ones. */
const ROWS_TO_REASSIGN = 10;

/**
 * k-means that sees a small random batch at a time (Sculley 2010): a little worse than {@link KMeans}, and much faster on
 * many rows. As scikit-learn's `MiniBatchKMeans`, with `nInit` 3.
 *
 * @example
 * const estimator = new MiniBatchKMeans({ nClusters: 5 });
 * let fitted = estimator.fit(x);
 * fitted = estimator.partialFit(newRows, fitted); // later, online
 */
export class MiniBatchKMeans implements Estimator<MiniBatchKMeansFit> {
  readonly #params: Required<Omit<MiniBatchKMeansParams, 'initSize'>>;
  readonly #initSize: number | undefined;

  /** @throws PlantsenseError PARAMETER_INVALID */
  constructor(params: MiniBatchKMeansParams) {
    const { initSize, ...rest } = params;
    this.#params = {
      init: 'k-means++',
      maxIter: 100,
      batchSize: 1024,
      tol: 0,
      maxNoImprovement: 10,
      nInit: 3,
      reassignmentRatio: 0.01,
      randomState: 0,
      ...rest,
    };
    this.#initSize = initSize;
    const { nClusters, init, maxIter, batchSize, tol, maxNoImprovement, nInit, reassignmentRatio } =
      this.#params;
    checkInteger('nClusters', nClusters, 1);
    checkInteger('maxIter', maxIter, 1);
    checkInteger('batchSize', batchSize, 1);
    checkNotNegative('tol', tol);
    if (maxNoImprovement !== null) checkInteger('maxNoImprovement', maxNoImprovement, 0);
    if (initSize !== undefined) checkInteger('initSize', initSize, 1);
    checkInteger('nInit', nInit, 1);
    if (!(reassignmentRatio >= 0 && reassignmentRatio <= 1))
      throw new PlantsenseError(
        'PARAMETER_INVALID',
        `reassignmentRatio must be from 0 to 1, not ${reassignmentRatio}.`,
      );
    if (typeof init === 'object' && init.rows !== nClusters)
      throw new PlantsenseError(
        'PARAMETER_INVALID',
        `init has ${init.rows} rows, but nClusters is ${nClusters}.`,
      );
  }

  fit(x: Matrix): MiniBatchKMeansFit {
    const { nClusters, maxIter, batchSize, tol, maxNoImprovement, randomState } = this.#params;
    this.#check(x);
    const rows = Math.min(batchSize, x.rows);
    const random = new Random(randomState);
    const shiftTolerance = tol > 0 ? tol * meanVariance(x) : Number.NEGATIVE_INFINITY;
    const inertia = new SmoothedInertia(rows, x.rows, maxNoImprovement);
    const start = this.#bestStart(x, random);
    // With a centre for every row there is nothing left to learn.
    const most = nClusters === x.rows ? 0 : Math.max(1, Math.floor((maxIter * x.rows) / rows));
    const batch = { data: x.data.slice(0, rows * x.cols), rows, cols: x.cols };
    let state = fresh(start);
    let ended = false;
    while (state.nSteps < most && !ended) {
      for (let row = 0; row < rows; row++) {
        const from = random.int(x.rows) * x.cols;
        batch.data.set(x.data.subarray(from, from + x.cols), row * x.cols);
      }
      const before = state.clusterCenters.data;
      const step = this.#step(batch, state, random);
      state = step.state;
      const shift = squaredDistance(before, 0, state.clusterCenters.data, 0, before.length);
      // The first batch says how good the start was.
      ended = state.nSteps > 1 && (inertia.stopsImproving(step.inertia) || shift <= shiftTolerance);
    }
    return fitted(x, state, Math.ceil((state.nSteps * rows) / x.rows));
  }

  /**
   * One step with one batch, such as the rows that came in since the last.
   *
   * @param state what the step before gave, or `fit`; left as it is. Without it the centres are chosen from this batch,
   *   which must have as many rows
   * @throws PlantsenseError as `fit`; MATRIX_INVALID when the columns aren't those of the state
   */
  partialFit(x: Matrix, state?: MiniBatchState): MiniBatchKMeansFit {
    if (state) checkMatrix(x, state.clusterCenters.cols);
    else this.#check(x);
    const { nClusters, randomState } = this.#params;
    if (state && state.clusterCenters.rows !== nClusters)
      throw new PlantsenseError(
        'PARAMETER_INVALID',
        `The state has ${state.clusterCenters.rows} clusters, but nClusters is ${nClusters}.`,
      );
    // Numbers of its own for each step, so that the state needs no generator.
    const random = new Random(randomState + (state?.nSteps ?? 0));
    const step = this.#step(x, state ?? fresh(this.#start(x, random)), random);
    return fitted(x, step.state, 1);
  }

  #check(x: Matrix): void {
    const { nClusters, init } = this.#params;
    checkFit(x, 'nClusters', nClusters);
    if (typeof init === 'object') checkMatrix(init, x.cols);
  }

  #step(batch: Matrix, state: MiniBatchState, random: Random): { state: MiniBatchState; inertia: number } {
    const { nClusters, reassignmentRatio } = this.#params;
    const clusterCenters = copy(state.clusterCenters);
    const counts = state.counts.slice();
    let nSinceLastReassign = state.nSinceLastReassign + batch.rows;
    const reassign = nSinceLastReassign >= ROWS_TO_REASSIGN * nClusters || counts.includes(0);
    const inertia = miniBatchStep(batch, clusterCenters, counts);
    if (reassign) {
      nSinceLastReassign = 0;
      reassignSmall(batch, clusterCenters, counts, reassignmentRatio, random);
    }
    return { state: { clusterCenters, counts, nSinceLastReassign, nSteps: state.nSteps + 1 }, inertia };
  }

  /** Of several first centres those that are nearest to rows drawn at random. */
  #bestStart(x: Matrix, random: Random): Matrix {
    const { init, nInit } = this.#params;
    if (typeof init === 'object') return init;
    const valid = takeRows(x, this.#draw(x, random));
    const labels = new Int32Array(valid.rows);
    let best = this.#start(x, random);
    if (nInit === 1) return best;
    let least = assign(valid, best, labels);
    for (let run = 1; run < nInit; run++) {
      const start = this.#start(x, random);
      const inertia = assign(valid, start, labels);
      if (inertia < least) [best, least] = [start, inertia];
    }
    return best;
  }

  #start(x: Matrix, random: Random): Matrix {
    const { nClusters, init } = this.#params;
    if (typeof init === 'object') return init;
    const drawn = this.#draw(x, random);
    const from = drawn.length < x.rows ? takeRows(x, drawn) : x;
    if (init === 'k-means++') return kMeansPlusPlus(from, nClusters, random);
    const indices = random.shuffle(Int32Array.from({ length: from.rows }, (_, i) => i));
    return takeRows(from, indices.subarray(0, nClusters));
  }

  /** Rows to start from; one may come twice. */
  #draw(x: Matrix, random: Random): Int32Array {
    const { nClusters, batchSize } = this.#params;
    let length = this.#initSize ?? 3 * Math.min(batchSize, x.rows);
    if (length < nClusters) length = 3 * nClusters;
    return Int32Array.from({ length: Math.min(length, x.rows) }, () => random.int(x.rows));
  }
}

function fresh(centers: Matrix): MiniBatchState {
  const counts = new Float64Array(centers.rows);
  return { clusterCenters: copy(centers), counts, nSinceLastReassign: 0, nSteps: 0 };
}

function copy(x: Matrix): Matrix64 {
  return { ...x, data: Float64Array.from(x.data) };
}

function fitted(x: Matrix, state: MiniBatchState, nIter: number): MiniBatchKMeansFit {
  const { clusterCenters } = state;
  const labels = new Int32Array(x.rows);
  const inertia = assign(x, clusterCenters, labels);
  return { ...state, labels, inertia, nIter, predict: rows => predict(rows, clusterCenters) };
}
