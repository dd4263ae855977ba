import { factorOf, isSquare } from './full-mixture.js';
import { logDeterminant } from './linear-algebra/cholesky.js';
import { gram, multiplyTransposed } from './linear-algebra/products.js';
import { squaredDistances } from './linear-algebra/squared-distances.js';
import { inverseLower } from './linear-algebra/triangular.js';
import type { Matrix, Matrix64 } from './matrix.js';
import { zeros } from './matrix.js';
import { checkMixture, Mixture } from './mixture.js';

const LOG_2_PI = Math.log(2 * Math.PI);

/** Rows that are looked at together. */
const CHUNK = 512;

/** A mixture of normal distributions that share one covariance matrix. */
export class TiedMixture extends Mixture {
  /** `[nFeatures, nFeatures]` */
  readonly covariance: Matrix64;
  /** L⁻¹, where L·Lᵀ is the covariance. */
  readonly #inverse: Matrix64;
  /** Means less the first one, in the space where the covariance is the identity. */
  readonly #whiteMeans: Matrix64;
  readonly #constants: Float64Array;

  /**
   * @throws PlantsenseError PARAMETER_INVALID when the shapes differ or a weight is not above zero; MIXTURE_ILL_DEFINED
   *   when the covariance is not positive definite
   */
  constructor(weights: Float64Array, means: Matrix, covariance: Matrix64) {
    super(weights, means);
    checkMixture(isSquare(covariance, means.cols), 'a covariance of another shape');
    this.covariance = covariance;
    const factor = factorOf(covariance);
    this.#inverse = inverseLower(factor);
    this.#whiteMeans = this.#whiten(means);
    const normalisation = (means.cols * LOG_2_PI + logDeterminant(factor)) / 2;
    this.#constants = weights.map(weight => Math.log(weight) - normalisation);
  }

  protected get covarianceParameters(): number {
    const { cols } = this.means;
    return (cols * (cols + 1)) / 2;
  }

  /** The inverse of the covariance. */
  precision(): Matrix64 {
    return gram(this.#inverse);
  }

  protected fillLogJoint(x: Matrix, out: Float64Array): void {
    const k = this.nComponents;
    for (let from = 0; from < x.rows; from += CHUNK) {
      const rows = Math.min(CHUNK, x.rows - from);
      const data = x.data.subarray(from * x.cols, (from + rows) * x.cols);
      const distances = squaredDistances(this.#whiten({ data, rows, cols: x.cols }), this.#whiteMeans);
      for (let i = 0; i < rows * k; i++) out[from * k + i] = this.#constants[i % k]! - distances.data[i]! / 2;
    }
  }

  /** L⁻¹·(x - first mean) of each row. The shift keeps the digits of rows that are far from zero. */
  #whiten(x: Matrix): Matrix64 {
    const { cols, data: means } = this.means;
    const shifted = zeros(x.rows, cols);
    for (let i = 0; i < shifted.data.length; i++) shifted.data[i] = x.data[i]! - means[i % cols]!;
    return multiplyTransposed(shifted, this.#inverse);
  }
}
