import { PlantsenseError } from '../errors.js';
import { Random } from '../random.js';
import { DiagonalMixture } from './diagonal-mixture.js';
import type { Estimator, PredictiveClustering } from './estimator.js';
import { KMeans } from './k-means.js';
import { type Matrix, zeros } from './matrix.js';
import { checkFit, checkInteger, checkNotNegative } from './parameters.js';

export interface GaussianMixtureParams {
  /** Number of components. */
  readonly nComponents: number;
  /** The shape of the covariances; one for now. */
  readonly covarianceType?: 'diag';
  /** Gain of the mean log-likelihood below which a run has converged. Default 1e-3. */
  readonly tol?: number;
  /** Added to every variance, so that none is zero. Default 1e-6. */
  readonly regCovar?: number;
  /** Iterations of one run at most. Default 100. */
  readonly maxIter?: number;
  /** Runs from different starts, of which the best counts. Default 1. */
  readonly nInit?: number;
  /** Seed. Default 0. */
  readonly randomState?: number;
}

/** A fitted mixture. */
export interface GaussianMixtureFit extends PredictiveClustering {
  readonly mixture: DiagonalMixture;
  /** Mean log-likelihood of the rows in the last step of the best run. */
  readonly lowerBound: number;
  readonly nIter: number;
  /** False when `maxIter` ended the best run. */
  readonly converged: boolean;
}

interface Run {
  readonly mixture: DiagonalMixture;
  readonly lowerBound: number;
  readonly nIter: number;
  readonly converged: boolean;
}

/** Keeps a component that lost all its rows from dividing by zero, as scikit-learn does. */
const LEAST_COUNT = 10 * Number.EPSILON;

/**
 * A smaller share of a row changes no digit of a sum that its component keeps. With many features nearly all shares
 * are: leaving them out makes a step several times faster.
 */
const LEAST_SHARE = Number.EPSILON / 2;

/** scikit-learn asks for two rows at least: one has no variance. */
const LEAST_ROWS = 2;

/**
 * Gaussian mixture with diagonal covariances by expectation-maximization (Dempster, Laird & Rubin 1977), started from
 * k-means, as scikit-learn's `GaussianMixture(covariance_type="diag")`. Variances are taken about the new means in a
 * second pass, which doesn't cancel for features far from zero.
 */
export class GaussianMixture implements Estimator<GaussianMixtureFit> {
  readonly #params: Required<GaussianMixtureParams>;

  /** @throws PlantsenseError PARAMETER_INVALID */
  constructor(params: GaussianMixtureParams) {
    this.#params = {
      covarianceType: 'diag',
      tol: 1e-3,
      regCovar: 1e-6,
      maxIter: 100,
      nInit: 1,
      randomState: 0,
      ...params,
    };
    checkInteger('nComponents', this.#params.nComponents, 1);
    checkInteger('nInit', this.#params.nInit, 1);
    checkInteger('maxIter', this.#params.maxIter, 1);
    checkNotNegative('tol', this.#params.tol);
    checkNotNegative('regCovar', this.#params.regCovar);
  }

  fit(x: Matrix): GaussianMixtureFit {
    const { nComponents, nInit, randomState } = this.#params;
    checkFit(x, 'nComponents', nComponents);
    if (x.rows < LEAST_ROWS)
      throw new PlantsenseError(
        'MATRIX_INVALID',
        `A mixture needs ${LEAST_ROWS} rows at least, not ${x.rows}.`,
      );
    const random = new Random(randomState);
    const responsibilities = new Float64Array(x.rows * nComponents);
    let best: Run | undefined;
    for (let run = 0; run < nInit; run++) {
      const kMeans = new KMeans({ nClusters: nComponents, nInit: 1, randomState: random.uint32() });
      const result = this.#run(x, kMeans.fit(x).labels, responsibilities);
      if (!best || result.lowerBound > best.lowerBound) best = result;
    }
    const { mixture } = best!;
    return { ...best!, labels: mixture.predict(x), predict: rows => mixture.predict(rows) };
  }

  /** One run of expectation-maximization from a parting of the rows. */
  #run(x: Matrix, labels: Int32Array, responsibilities: Float64Array): Run {
    const { nComponents, tol, regCovar, maxIter } = this.#params;
    responsibilities.fill(0);
    labels.forEach((label, row) => {
      responsibilities[row * nComponents + label] = 1;
    });
    let mixture = maximize(x, responsibilities, nComponents, regCovar);
    let lowerBound = Number.NEGATIVE_INFINITY;
    let nIter = 0;
    let converged = false;
    while (nIter < maxIter && !converged) {
      nIter++;
      const before = lowerBound;
      lowerBound = mixture.expect(x, responsibilities).reduce((a, b) => a + b) / x.rows;
      mixture = maximize(x, responsibilities, nComponents, regCovar);
      converged = Math.abs(lowerBound - before) < tol;
    }
    return { mixture, lowerBound, nIter, converged };
  }
}

/** The mixture that fits best when rows belong to components by `responsibilities` (`[rows, k]`). */
function maximize(x: Matrix, responsibilities: Float64Array, k: number, regCovar: number): DiagonalMixture {
  const { rows, cols, data } = x;
  const counts = new Float64Array(k).fill(LEAST_COUNT);
  const means = zeros(k, cols);
  const covariances = zeros(k, cols);
  for (let row = 0; row < rows; row++) {
    for (let component = 0; component < k; component++) {
      const share = responsibilities[row * k + component]!;
      if (share < LEAST_SHARE) continue;
      counts[component]! += share;
      for (let col = 0; col < cols; col++)
        means.data[component * cols + col]! += share * data[row * cols + col]!;
    }
  }
  for (let i = 0; i < k * cols; i++) means.data[i]! /= counts[Math.floor(i / cols)]!;
  for (let row = 0; row < rows; row++) {
    for (let component = 0; component < k; component++) {
      const share = responsibilities[row * k + component]!;
      if (share < LEAST_SHARE) continue;
      for (let col = 0; col < cols; col++) {
        const d = data[row * cols + col]! - means.data[component * cols + col]!;
        covariances.data[component * cols + col]! += share * d * d;
      }
    }
  }
  for (let i = 0; i < k * cols; i++)
    covariances.data[i] = covariances.data[i]! / counts[Math.floor(i / cols)]! + regCovar;
  const total = counts.reduce((a, b) => a + b);
  return new DiagonalMixture(
    counts.map(count => count / total),
    means,
    covariances,
  );
}
