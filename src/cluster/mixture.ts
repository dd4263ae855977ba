import { PlantsenseError } from '../errors.js';
import { logSumExp } from './log-sum-exp.js';
import { checkMatrix, type Matrix, type Matrix64, zeros } from './matrix.js';
import type { Points } from './points.js';

/** A component that is so many nats less probable than another has a posterior of 0 in 64-bit floats. */
export const LEAST_NATS = 750;

/**
 * A mixture of normal distributions: a density that has been fitted, or that is read from a model artefact. Log-densities
 * are natural logarithms. Every row's answer depends on that row alone, bit for bit.
 */
export abstract class Mixture {
  /** `[k]`, sum 1. */
  readonly weights: Float64Array;
  /** `[k, nFeatures]` */
  readonly means: Matrix;

  /** @throws PlantsenseError PARAMETER_INVALID when the shapes differ or a weight is not above zero; MATRIX_INVALID */
  constructor(weights: Float64Array, means: Matrix) {
    checkMatrix(means);
    checkMixture(weights.length === means.rows, 'weights and means of different shapes');
    checkMixture(
      weights.every(weight => weight > 0),
      'a weight that is not above zero',
    );
    this.weights = weights;
    this.means = means;
  }

  get nComponents(): number {
    return this.means.rows;
  }

  /** Free numbers of the covariances. */
  protected abstract readonly covarianceParameters: number;

  /**
   * Log of weight times density of each component for each row, to `out` (`[rows, k]`). Where `onlyLikely`, components
   * that are {@link LEAST_NATS} less probable than another may get minus infinity instead. `x` is checked.
   */
  protected abstract fillLogJoint(x: Matrix, out: Float64Array, onlyLikely: boolean, points?: Points): void;

  /**
   * Log-likelihood of each row, and to `responsibilities` (`[rows, k]`) the posterior probabilities. Doesn't check `x`:
   * the loop of expectation-maximization calls it.
   * @param points `x` in the memory of the kernels, where it is there already
   */
  expect(x: Matrix, responsibilities: Float64Array, points?: Points): Float64Array {
    const k = this.nComponents;
    const likelihoods = new Float64Array(x.rows);
    this.fillLogJoint(x, responsibilities, true, points);
    for (let start = 0; start < x.rows * k; start += k) {
      const end = start + k;
      let largest = Number.NEGATIVE_INFINITY;
      for (let i = start; i < end; i++) if (responsibilities[i]! > largest) largest = responsibilities[i]!;
      let sum = 0;
      for (let i = start; i < end; i++) {
        const log = responsibilities[i]! - largest;
        const share = log < -LEAST_NATS ? 0 : Math.exp(log);
        responsibilities[i] = share;
        sum += share;
      }
      for (let i = start; i < end; i++) responsibilities[i]! /= sum;
      likelihoods[start / k] = largest + Math.log(sum);
    }
    return likelihoods;
  }

  /** Log-likelihood of each row. Throws as {@link predict}. */
  scoreSamples(x: Matrix): Float64Array {
    const k = this.nComponents;
    const joint = this.#joint(x, true);
    return Float64Array.from({ length: x.rows }, (_, row) => logSumExp(joint, row * k, k));
  }

  /** Log of weight times density of each component for each row, `[rows, k]`. Throws as {@link predict}. */
  logJoint(x: Matrix): Matrix64 {
    return { data: this.#joint(x, false), rows: x.rows, cols: this.nComponents };
  }

  /** Posterior probability of each component for each row, `[rows, k]`. Throws as {@link predict}. */
  predictProba(x: Matrix): Matrix64 {
    checkMatrix(x, this.means.cols);
    const proba = zeros(x.rows, this.nComponents);
    this.expect(x, proba.data);
    return proba;
  }

  /**
   * The most probable component of each row, the first of equally probable ones.
   * @throws PlantsenseError MATRIX_INVALID when `x` is empty, has another number of columns, or holds NaN or infinity
   */
  predict(x: Matrix): Int32Array {
    const k = this.nComponents;
    const joint = this.#joint(x, true);
    return Int32Array.from({ length: x.rows }, (_, row) => largestIndex(joint, row * k, k));
  }

  /** Mean log-likelihood of the rows. Throws as {@link predict}. */
  score(x: Matrix): number {
    return this.scoreSamples(x).reduce((a, b) => a + b) / x.rows;
  }

  /** Bayesian information criterion on `x`, lower is better (Schwarz 1978). Throws as {@link predict}. */
  bic(x: Matrix): number {
    return -2 * this.score(x) * x.rows + this.#parameters() * Math.log(x.rows);
  }

  /** Akaike information criterion on `x`, lower is better (Akaike 1974). Throws as {@link predict}. */
  aic(x: Matrix): number {
    return -2 * this.score(x) * x.rows + 2 * this.#parameters();
  }

  #parameters(): number {
    return this.covarianceParameters + this.nComponents * this.means.cols + this.nComponents - 1;
  }

  #joint(x: Matrix, onlyLikely: boolean): Float64Array {
    checkMatrix(x, this.means.cols);
    const joint = new Float64Array(x.rows * this.nComponents);
    this.fillLogJoint(x, joint, onlyLikely);
    return joint;
  }
}

/** Refuses parameters of a mixture unless they are as they must be. @throws PlantsenseError PARAMETER_INVALID */
export function checkMixture(condition: boolean, what: string): void {
  if (!condition) throw new PlantsenseError('PARAMETER_INVALID', `A mixture has ${what}.`);
}

function largestIndex(values: Float64Array, start: number, count: number): number {
  let largest = 0;
  for (let i = 1; i < count; i++) if (values[start + i]! > values[start + largest]!) largest = i;
  return largest;
}
