import { PlantsenseError } from '../errors.js';
import { Random } from '../random.js';
import { tooFarApart } from './distances/row-distances.js';
import type { Estimator, PredictiveClustering } from './estimator.js';
import { predict } from './k-means.js';
import { chooseFarRows, kMeansPlusPlus } from './k-means-plus-plus.js';
import { inWorkspace } from './linear-algebra/workspace.js';
import { checkMatrix, type Matrix, takeRows } from './matrix.js';
import { freshState, type MiniBatchState, MiniBatchSteps } from './mini-batch-steps.js';
import { NearestCenters } from './nearest-centers.js';
import { checkFit, checkInteger, checkNotNegative } from './parameters.js';
import { Points } from './points.js';
import { RoundedPoints } from './rounded-points.js';
import { SmoothedInertia } from './smoothed-inertia.js';

export type { MiniBatchState } from './mini-batch-steps.js';

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

/** A mini-batch fit. Labels and inertia are those of the matrix that was given last. */
export interface MiniBatchKMeansFit extends PredictiveClustering, MiniBatchState {
  /** Sum of squared distances of the rows to their centres. */
  readonly inertia: number;
  /** Passes over as many rows as there are, begun. */
  readonly nIter: number;
}

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
    const inertia = new SmoothedInertia(rows, x.rows, maxNoImprovement);
    return inWorkspace(workspace => {
      const points = new Points(workspace, x);
      const rounded = new RoundedPoints(points);
      const shiftTolerance = tol > 0 ? tol * rounded.grid.meanVariance : Number.NEGATIVE_INFINITY;
      const start = this.#bestStart(x, points, rounded, random);
      const steps = new MiniBatchSteps(points, freshState(start), this.#params.reassignmentRatio, rounded);
      // With a centre for every row there is nothing left to learn.
      const most = nClusters === x.rows ? 0 : Math.max(1, Math.floor((maxIter * x.rows) / rows));
      const batch = new Int32Array(rows);
      let nSteps = 0;
      let ended = false;
      while (nSteps < most && !ended) {
        for (let i = 0; i < rows; i++) batch[i] = random.int(x.rows);
        const step = steps.step(batch, random);
        nSteps++;
        // The first batch says how good the start was.
        ended = nSteps > 1 && (inertia.stopsImproving(step.inertia) || step.shift <= shiftTolerance);
      }
      return fitted(steps, Math.ceil((nSteps * rows) / x.rows));
    });
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
    return inWorkspace(workspace => {
      const points = new Points(workspace, x);
      const before = state ?? freshState(this.#start(x, points, null, random));
      const steps = new MiniBatchSteps(points, before, this.#params.reassignmentRatio);
      steps.step(
        Int32Array.from({ length: x.rows }, (_, row) => row),
        random,
      );
      return fitted(steps, 1);
    });
  }

  #check(x: Matrix): void {
    const { nClusters, init } = this.#params;
    checkFit(x, 'nClusters', nClusters);
    if (typeof init === 'object') checkMatrix(init, x.cols);
  }

  /** Of several first centres those that are nearest to rows drawn at random. */
  #bestStart(x: Matrix, points: Points, rounded: RoundedPoints, random: Random): Matrix {
    const { init, nInit } = this.#params;
    if (typeof init === 'object') return init;
    const valid = this.#draw(x, random);
    const inertiaOf = (start: Matrix) =>
      inWorkspace(workspace => {
        const nearest = new NearestCenters(points, new Points(workspace, start), rounded);
        nearest.assign(valid);
        return valid.reduce((sum, row) => sum + nearest.squaredDistance(row), 0);
      });
    let best = this.#start(x, points, rounded, random);
    if (nInit === 1) return best;
    let least = inertiaOf(best);
    for (let run = 1; run < nInit; run++) {
      const start = this.#start(x, points, rounded, random);
      const inertia = inertiaOf(start);
      if (inertia < least) [best, least] = [start, inertia];
    }
    return best;
  }

  /** @param points the same rows as `x`; `rounded` too, made when it is needed */
  #start(x: Matrix, points: Points, rounded: RoundedPoints | null, random: Random): Matrix {
    const { nClusters, init } = this.#params;
    if (typeof init === 'object') return init;
    const drawn = this.#draw(x, random);
    if (init === 'random') {
      const among = Math.min(drawn.length, x.rows);
      const indices = random.shuffle(Int32Array.from({ length: among }, (_, i) => i)).subarray(0, nClusters);
      return takeRows(x, drawn.length < x.rows ? indices.map(i => drawn[i]!) : indices);
    }
    if (drawn.length < x.rows) return kMeansPlusPlus(takeRows(x, drawn), nClusters, random);
    return takeRows(x, chooseFarRows(points, rounded ?? new RoundedPoints(points), nClusters, random));
  }

  /** Rows to start from; one may come twice. */
  #draw(x: Matrix, random: Random): Int32Array {
    const { nClusters, batchSize } = this.#params;
    let length = this.#initSize ?? 3 * Math.min(batchSize, x.rows);
    if (length < nClusters) length = 3 * nClusters;
    return Int32Array.from({ length: Math.min(length, x.rows) }, () => random.int(x.rows));
  }
}

function fitted(steps: MiniBatchSteps, nIter: number): MiniBatchKMeansFit {
  const { state } = steps;
  const { labels, inertia } = steps.assignAll();
  if (!Number.isFinite(inertia)) throw tooFarApart();
  return { ...state, labels, inertia, nIter, predict: rows => predict(rows, state.clusterCenters) };
}
