import { PlantsenseError } from '../../errors.js';
import { choleskyDecompose, logDeterminant } from '../linear-algebra/cholesky.js';
import { multiplyTransposed } from '../linear-algebra/products.js';
import { solveLower } from '../linear-algebra/triangular.js';
import { columnMeans, type Matrix, type Matrix64, zeros } from '../matrix.js';

// As `GaussianMixture` has them.
const REG_COVAR = 1e-6;
const TOL = 1e-3;
const MAX_ITER = 100;
const LEAST_COUNT = 10 * Number.EPSILON;
const LEAST_SHARE = Number.EPSILON / 2;

/**
 * Expectation-maximization of a Gaussian mixture with full covariances that needs only the inner products of the rows.
 *
 * A component of r rows has the covariance AᵀA + c·I, where A is `[r, features]` and c the `regCovar` of 1e-6: with fewer
 * rows than features, all of it but AᵀA is known. By Woodbury's identity the squared Mahalanobis distance of a row at
 * d from the mean is (|d|² - dᵀAᵀ(AAᵀ + c·I)⁻¹Ad) / c, and the determinant c^(features - r)·|AAᵀ + c·I|: matrices of r x r
 * instead of features x features. The products of all rows are computed once for all numbers of components.
 */
export class InnerProductMixture {
  /** Inner products of the rows, less their mean. */
  readonly #products: Matrix64;
  readonly #cols: number;

  /** @param x checked */
  constructor(x: Matrix) {
    const mean = columnMeans(x);
    const centred = { ...x, data: Float64Array.from(x.data, (value, i) => value - mean[i % x.cols]!) };
    this.#products = multiplyTransposed(centred, centred);
    this.#cols = x.cols;
  }

  /**
   * The most probable component of each row after a fit.
   *
   * @param start component of each row, 0 .. k - 1
   * @throws PlantsenseError MIXTURE_ILL_DEFINED when a covariance is not positive definite to working precision
   */
  fit(start: Int32Array, k: number): Int32Array {
    const shares = zeros(start.length, k);
    start.forEach((component, row) => {
      shares.data[row * k + component] = 1;
    });
    let joint = this.#logJoint(shares);
    let lowerBound = Number.NEGATIVE_INFINITY;
    for (let step = 0; step < MAX_ITER; step++) {
      const before = lowerBound;
      lowerBound = toPosteriors(joint, shares);
      joint = this.#logJoint(shares);
      if (Math.abs(lowerBound - before) < TOL) break;
    }
    return start.map((_, row) => largestIndex(joint.data, row * k, k));
  }

  /** Log of weight times density of each component for each row, of the components that rows with these shares make. */
  #logJoint(shares: Matrix64): Matrix64 {
    const { rows, cols: k } = shares;
    const joint = zeros(rows, k);
    const counts = new Float64Array(k).fill(LEAST_COUNT);
    for (let i = 0; i < shares.data.length; i++)
      if (shares.data[i]! >= LEAST_SHARE) counts[i % k]! += shares.data[i]!;
    const total = counts.reduce((a, b) => a + b);
    for (let component = 0; component < k; component++) {
      const logs = this.#logDensities(shares, component, counts[component]!);
      const logWeight = Math.log(counts[component]! / total);
      for (let row = 0; row < rows; row++) joint.data[row * k + component] = logWeight + logs[row]!;
    }
    return joint;
  }

  /** Log-density of each row in the normal distribution of a component. */
  #logDensities(shares: Matrix64, component: number, count: number): Float64Array {
    const { data: products, rows } = this.#products;
    const members: number[] = [];
    for (let row = 0; row < rows; row++)
      if (shares.data[row * shares.cols + component]! >= LEAST_SHARE) members.push(row);
    const weights = members.map(row => shares.data[row * shares.cols + component]! / count);

    // Products of all rows with the mean, and of the mean with itself.
    const withMean = new Float64Array(rows);
    members.forEach((member, i) => {
      for (let row = 0; row < rows; row++) withMean[row]! += weights[i]! * products[member * rows + row]!;
    });
    const ofMean = members.reduce((sum, member, i) => sum + weights[i]! * withMean[member]!, 0);

    // A·d for all rows, and A·Aᵀ + c·I.
    const ad = zeros(members.length, rows);
    const inner = zeros(members.length, members.length);
    members.forEach((member, i) => {
      const root = Math.sqrt(weights[i]!);
      for (let row = 0; row < rows; row++)
        ad.data[i * rows + row] =
          root * (products[member * rows + row]! - withMean[member]! - withMean[row]! + ofMean);
      members.forEach((other, j) => {
        inner.data[i * members.length + j] = ad.data[i * rows + other]! * Math.sqrt(weights[j]!);
      });
      inner.data[i * members.length + i]! += REG_COVAR;
    });
    const factor = choleskyDecompose(inner);
    if (!factor)
      throw new PlantsenseError(
        'MIXTURE_ILL_DEFINED',
        `The covariance of component ${component} is not positive definite.`,
      );
    const within = solveLower(factor, ad);
    const constant =
      this.#cols * Math.log(2 * Math.PI) +
      (this.#cols - members.length) * Math.log(REG_COVAR) +
      logDeterminant(factor);
    const logs = Float64Array.from({ length: rows }, (_, row) => {
      return products[row * rows + row]! - 2 * withMean[row]! + ofMean;
    });
    for (let i = 0; i < within.data.length; i++) logs[i % rows]! -= within.data[i]! * within.data[i]!;
    return logs.map(square => -(constant + Math.max(0, square) / REG_COVAR) / 2);
  }
}

/** Posterior probabilities, to `shares`. Gives the mean log-likelihood of the rows. */
function toPosteriors({ data, rows, cols: k }: Matrix64, shares: Matrix64): number {
  let total = 0;
  for (let start = 0; start < rows * k; start += k) {
    const largest = data[start + largestIndex(data, start, k)]!;
    let sum = 0;
    for (let i = start; i < start + k; i++) {
      const share = Math.exp(data[i]! - largest);
      shares.data[i] = share;
      sum += share;
    }
    for (let i = start; i < start + k; i++) shares.data[i]! /= sum;
    total += largest + Math.log(sum);
  }
  return total / rows;
}

function largestIndex(values: Float64Array, start: number, count: number): number {
  let largest = 0;
  for (let i = 1; i < count; i++) if (values[start + i]! > values[start + largest]!) largest = i;
  return largest;
}
