import { PlantsenseError } from '../errors.js';
import { Random } from '../random.js';
import type { Estimator, PredictiveClustering } from './estimator.js';
import { KMeans } from './k-means.js';
import { inWorkspace } from './linear-algebra/workspace.js';
import type { Matrix, Matrix64 } from './matrix.js';
import type { Mixture } from './mixture.js';
import { MAXIMIZE, type Maximize } from './mixture-estimates.js';
import { checkFit, checkInteger, checkNotNegative } from './parameters.js';
import { Points } from './points.js';

/** The shapes that covariances may have. */
export const COVARIANCE_TYPES = ['full', 'tied', 'diag', 'spherical'] as const;
export type CovarianceType = (typeof COVARIANCE_TYPES)[number];

/** The class of the mixture that a shape of the covariances gives. */
export type MixtureOf<T extends CovarianceType> = ReturnType<(typeof MAXIMIZE)[T]>;

export interface GaussianMixtureParams<T extends CovarianceType = CovarianceType> {
  /** Number of components. */
  readonly nComponents: number;
  /**
   * `full`: each component its own covariance matrix; `tied`: one for all; `diag`: each its own variances; `spherical`:
   * each one variance. Default `full`.
   */
  readonly covarianceType?: T;
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

interface Run<M> {
  readonly mixture: M;
  /** Mean log-likelihood of the rows in the last step of the best run. */
  readonly lowerBound: number;
  readonly nIter: number;
  /** False when `maxIter` ended the best run. */
  readonly converged: boolean;
}

/** A fitted mixture. */
export interface GaussianMixtureFit<M extends Mixture = Mixture> extends PredictiveClustering, Run<M> {
  /** Posterior probability of each component for each row, `[rows, k]`. Throws as `predict`. */
  predictProba(x: Matrix): Matrix64;
  /** Log-likelihood of each row. Throws as `predict`. */
  scoreSamples(x: Matrix): Float64Array;
}

/** scikit-learn asks for two rows at least: one has no variance. */
const LEAST_ROWS = 2;

/**
 * Gaussian mixture by expectation-maximization (Dempster, Laird & Rubin 1977), started from k-means, as scikit-learn's
 * `GaussianMixture`.
 *
 * @example
 * const { labels, mixture } = new GaussianMixture({ nComponents: 5, covarianceType: 'tied' }).fit(x);
 * mixture.bic(x);
 */
export class GaussianMixture<T extends CovarianceType = 'full'>
  implements Estimator<GaussianMixtureFit<MixtureOf<T>>>
{
  readonly #params: Required<GaussianMixtureParams<CovarianceType>>;

  /** @throws PlantsenseError PARAMETER_INVALID */
  constructor(params: GaussianMixtureParams<T>) {
    this.#params = {
      covarianceType: 'full',
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
    if (!COVARIANCE_TYPES.includes(this.#params.covarianceType))
      throw new PlantsenseError(
        'PARAMETER_INVALID',
        `covarianceType must be one of ${COVARIANCE_TYPES.join(', ')}, not ${this.#params.covarianceType}.`,
      );
  }

  /** Throws as every estimator, and MIXTURE_ILL_DEFINED when a covariance is not positive definite. */
  fit(x: Matrix): GaussianMixtureFit<MixtureOf<T>> {
    const { nComponents, nInit, randomState, covarianceType } = this.#params;
    checkFit(x, 'nComponents', nComponents);
    if (x.rows < LEAST_ROWS)
      throw new PlantsenseError(
        'MATRIX_INVALID',
        `A mixture needs ${LEAST_ROWS} rows at least, not ${x.rows}.`,
      );
    const maximize = MAXIMIZE[covarianceType] as Maximize<MixtureOf<T>>;
    const random = new Random(randomState);
    const shares = new Float64Array(x.rows * nComponents);
    let best: Run<MixtureOf<T>> | undefined;
    for (let run = 0; run < nInit; run++) {
      const kMeans = new KMeans({ nClusters: nComponents, nInit: 1, randomState: random.uint32() });
      const result = this.#run(x, kMeans.fit(x).labels, maximize, shares);
      if (!best || result.lowerBound > best.lowerBound) best = result;
    }
    const { mixture } = best!;
    return {
      ...best!,
      labels: mixture.predict(x),
      predict: rows => mixture.predict(rows),
      predictProba: rows => mixture.predictProba(rows),
      scoreSamples: rows => mixture.scoreSamples(rows),
    };
  }

  /** One run of expectation-maximization from a parting of the rows. */
  #run(
    x: Matrix,
    labels: Int32Array,
    maximize: Maximize<MixtureOf<T>>,
    shares: Float64Array,
  ): Run<MixtureOf<T>> {
    const { nComponents, tol, regCovar, maxIter } = this.#params;
    shares.fill(0);
    labels.forEach((label, row) => {
      shares[row * nComponents + label] = 1;
    });
    return inWorkspace(workspace => {
      const points = new Points(workspace, x);
      let mixture = maximize(x, shares, nComponents, regCovar, points);
      let lowerBound = Number.NEGATIVE_INFINITY;
      let nIter = 0;
      let converged = false;
      while (nIter < maxIter && !converged) {
        nIter++;
        const before = lowerBound;
        lowerBound = mixture.expect(x, shares, points).reduce((a, b) => a + b) / x.rows;
        mixture = maximize(x, shares, nComponents, regCovar, points);
        converged = Math.abs(lowerBound - before) < tol;
      }
      return { mixture, lowerBound, nIter, converged };
    });
  }
}
