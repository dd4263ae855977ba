import { PlantsenseError } from '../errors.js';
import { logSumExp } from './log-sum-exp.js';
import { checkMatrix, type Matrix, type Matrix64, zeros } from './matrix.js';

const LOG_2_PI = Math.log(2 * Math.PI);

/**
 * A mixture of normal distributions with diagonal covariances: the density that a Gaussian mixture has fitted, or that
 * is read from a model artefact. Log-densities are natural logarithms. Every row's answer depends on that row alone,
 * bit for bit.
 */
export class DiagonalMixture {
  /** `[k]`, sum 1. */
  readonly weights: Float64Array;
  /** `[k, nFeatures]` */
  readonly means: Matrix;
  /** Variances, `[k, nFeatures]`. */
  readonly covariances: Matrix;
  readonly #precisions: Float64Array;
  /** Of each component, what its log-density has that no row changes: weight and normalisation. */
  readonly #constants: Float64Array;

  /** @throws PlantsenseError PARAMETER_INVALID when the shapes differ or a weight or variance is not above zero */
  constructor(weights: Float64Array, means: Matrix, covariances: Matrix) {
    const { rows: k, cols } = means;
    if (weights.length !== k || covariances.rows !== k || covariances.cols !== cols)
      throw new PlantsenseError(
        'PARAMETER_INVALID',
        'Weights, means and covariances of a mixture differ in shape.',
      );
    checkMatrix(means);
    checkMatrix(covariances);
    if (!weights.every(weight => weight > 0) || !covariances.data.every(variance => variance > 0))
      throw new PlantsenseError(
        'PARAMETER_INVALID',
        'A mixture has a weight or a variance that is not above zero.',
      );
    this.weights = weights;
    this.means = means;
    this.covariances = covariances;
    this.#precisions = Float64Array.from(covariances.data, variance => 1 / variance);
    this.#constants = weights.map((weight, component) => {
      let logVariances = 0;
      for (let col = 0; col < cols; col++)
        logVariances += Math.log(covariances.data[component * cols + col]!);
      return Math.log(weight) - (cols * LOG_2_PI + logVariances) / 2;
    });
  }

  get nComponents(): number {
    return this.means.rows;
  }

  /** Log of weight times density of each component at one row of `x`, to `out` from `outStart`. */
  #logJoint(x: Matrix, row: number, out: Float64Array, outStart: number): void {
    const { cols, data: means } = this.means;
    const from = row * cols;
    for (let component = 0; component < this.nComponents; component++) {
      const start = component * cols;
      let sum = 0;
      for (let col = 0; col < cols; col++) {
        const d = x.data[from + col]! - means[start + col]!;
        sum += d * d * this.#precisions[start + col]!;
      }
      out[outStart + component] = this.#constants[component]! - sum / 2;
    }
  }

  /**
   * Log-likelihood of each row, and to `responsibilities` (`[rows, k]`) the posterior probabilities. Doesn't check `x`:
   * the loop of expectation-maximization calls it.
   */
  expect(x: Matrix, responsibilities: Float64Array): Float64Array {
    const k = this.nComponents;
    const likelihoods = new Float64Array(x.rows);
    for (let row = 0; row < x.rows; row++) {
      const start = row * k;
      this.#logJoint(x, row, responsibilities, start);
      const likelihood = logSumExp(responsibilities, start, k);
      likelihoods[row] = likelihood;
      for (let i = start; i < start + k; i++)
        responsibilities[i] = Math.exp(responsibilities[i]! - likelihood);
    }
    return likelihoods;
  }

  /** Log-likelihood of each row. Throws as {@link predict}. */
  scoreSamples(x: Matrix): Float64Array {
    checkMatrix(x, this.means.cols);
    const joint = new Float64Array(this.nComponents);
    return Float64Array.from({ length: x.rows }, (_, row) => {
      this.#logJoint(x, row, joint, 0);
      return logSumExp(joint, 0, joint.length);
    });
  }

  /** Log of weight times density of each component for each row, `[rows, k]`. Throws as {@link predict}. */
  logJoint(x: Matrix): Matrix64 {
    checkMatrix(x, this.means.cols);
    const joint = zeros(x.rows, this.nComponents);
    for (let row = 0; row < x.rows; row++) this.#logJoint(x, row, joint.data, row * this.nComponents);
    return joint;
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
    checkMatrix(x, this.means.cols);
    const joint = new Float64Array(this.nComponents);
    return Int32Array.from({ length: x.rows }, (_, row) => {
      this.#logJoint(x, row, joint, 0);
      return largestIndex(joint);
    });
  }

  /** Mean log-likelihood of the rows. Throws as {@link predict}. */
  score(x: Matrix): number {
    return this.scoreSamples(x).reduce((a, b) => a + b) / x.rows;
  }

  /** Bayesian information criterion on `x`, lower is better (Schwarz 1978). Throws as {@link predict}. */
  bic(x: Matrix): number {
    const k = this.nComponents;
    const parameters = 2 * k * this.means.cols + k - 1;
    return -2 * this.score(x) * x.rows + parameters * Math.log(x.rows);
  }
}

function largestIndex(values: Float64Array): number {
  let largest = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[largest]!) largest = i;
  return largest;
}
