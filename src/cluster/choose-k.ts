import { PlantsenseError } from '../errors.js';
import { crossValidate } from './cross-validation.js';
import { GaussianMixture } from './gaussian-mixture.js';
import type { Matrix } from './matrix.js';
import { checkInteger } from './parameters.js';

export interface ChooseKParams {
  /** Fewest and most clusters to try. Default 2 and 20; never more than a cluster per five rows. */
  readonly kMin?: number;
  readonly kMax?: number;
  /** What is best among the stable ones: the lowest BIC, or the highest held-out likelihood. Default `bic`. */
  readonly criterion?: 'bic' | 'held-out';
  /** Least mean adjusted Rand index between fits on different parts of the rows. Default 0.5. */
  readonly minStability?: number;
  /** Fits a candidate is judged by. Default 5. */
  readonly folds?: number;
  /** See `GaussianMixture`. Default 1e-6. */
  readonly regCovar?: number;
  /** Seed. Default 0. */
  readonly randomState?: number;
}

/** What is known about a number of clusters. */
export interface KCandidate {
  readonly k: number;
  /** Bayesian information criterion of a fit to all rows, lower is better. */
  readonly bic: number;
  /** Mean log-likelihood of rows under fits that have not seen them, higher is better. */
  readonly heldOutLogLikelihood: number;
  /** Standard error of that mean. */
  readonly heldOutError: number;
  /** Mean adjusted Rand index between fits on different parts of the rows, at most 1. */
  readonly stability: number;
}

const ROWS_PER_CLUSTER = 5;

/** Starts of the fit to all rows; the fits of the folds start once each. */
const STARTS = 3;

/**
 * Tries each number of clusters in turn with a diagonal Gaussian mixture. A generator, so that the caller can show
 * progress and let others run in between.
 *
 * @param x `[nSamples, nFeatures]`, standardised
 * @throws PlantsenseError PARAMETER_INVALID when kMin is above kMax or there are too few rows for kMin; MATRIX_INVALID
 */
export function* kCandidates(x: Matrix, params: ChooseKParams = {}): Generator<KCandidate, void, void> {
  const { folds = 5, regCovar = 1e-6, randomState = 0 } = params;
  const { kMin, kMax } = kRange(x.rows, params);
  checkInteger('folds', folds, 2);
  const parts = Math.min(folds, x.rows);
  for (let k = kMin; k <= kMax; k++) {
    const fitDensity = (rows: Matrix, seed: number, nInit: number) =>
      new GaussianMixture({
        nComponents: k,
        covarianceType: 'diag',
        regCovar,
        nInit,
        randomState: seed,
      }).fit(rows).mixture;
    const { heldOut, stability } = crossValidate(
      x,
      (rows, seed) => fitDensity(rows, seed, 1),
      parts,
      randomState,
    );
    const mean = heldOut.reduce((a, b) => a + b) / x.rows;
    const variance = heldOut.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (x.rows - 1);
    yield {
      k,
      bic: fitDensity(x, randomState, STARTS).bic(x),
      heldOutLogLikelihood: mean,
      heldOutError: Math.sqrt(variance / x.rows),
      stability,
    };
  }
}

/** The candidates that `kCandidates` tries. Throws as it does. */
export function kRange(
  rows: number,
  params: ChooseKParams,
): { readonly kMin: number; readonly kMax: number } {
  const { kMin = 2, kMax = 20 } = params;
  checkInteger('kMin', kMin, 1);
  checkInteger('kMax', kMax, kMin);
  const most = Math.floor(rows / ROWS_PER_CLUSTER);
  if (kMin > most)
    throw new PlantsenseError(
      'PARAMETER_INVALID',
      `kMin is ${kMin}, but ${rows} rows are enough for ${most} clusters at most.`,
    );
  return { kMin, kMax: Math.min(kMax, most) };
}

/**
 * The rule: of the candidates that are stable enough the best by the criterion; with `held-out` the smallest whose
 * likelihood is within one standard error of the best (Breiman et al. 1984). When none is stable enough, the most
 * stable one. BIC is the default since held-out likelihood goes on rising where features are correlated: it pays for
 * clusters that only mend the shape of others.
 *
 * @param candidates at least one
 */
export function chooseK(candidates: readonly KCandidate[], params: ChooseKParams = {}): KCandidate {
  const { criterion = 'bic', minStability = 0.5 } = params;
  const stable = candidates.filter(candidate => candidate.stability >= minStability);
  if (stable.length === 0) return best(candidates, candidate => candidate.stability);
  if (criterion === 'bic') return best(stable, candidate => -candidate.bic);
  const top = best(stable, candidate => candidate.heldOutLogLikelihood);
  const least = top.heldOutLogLikelihood - top.heldOutError;
  return stable.find(candidate => candidate.heldOutLogLikelihood >= least) ?? top;
}

/** The candidate with the largest value, the first of equal ones. */
function best(candidates: readonly KCandidate[], value: (candidate: KCandidate) => number): KCandidate {
  return candidates.reduce((a, b) => (value(b) > value(a) ? b : a));
}
