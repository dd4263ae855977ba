import { choleskyDecompose } from '../linear-algebra/cholesky.js';
import { inverseLower } from '../linear-algebra/triangular.js';
import { columnMeans, type Matrix, type Matrix64, zeros } from '../matrix.js';

/** A normal distribution, by its mean and what makes distances of differences. */
export interface Gaussian {
  readonly mean: Float64Array;
  /** Inverse of the Cholesky factor of the covariance, lower triangular. */
  readonly whitening: Matrix64;
}

/** So that columns which are all the same don't make a distance infinite. */
const LEAST_SHARE = 1e-9;

/**
 * Mean and covariance of rows, the covariance drawn towards a sphere as far as their number asks for: oracle approximating
 * shrinkage (Chen, Wiesel, Eldar & Hero 2010), scikit-learn's `OAS`. So it can be inverted with fewer rows than columns.
 */
export function fitShrunkGaussian(x: Matrix): Gaussian {
  const { rows, cols } = x;
  const mean = columnMeans(x);
  const covariance = zeros(cols, cols);
  for (let row = 0; row < rows; row++)
    for (let i = 0; i < cols; i++) {
      const difference = (x.data[row * cols + i]! - mean[i]!) / rows;
      for (let j = 0; j <= i; j++)
        covariance.data[i * cols + j]! += difference * (x.data[row * cols + j]! - mean[j]!);
    }
  let [trace, squares] = [0, 0];
  for (let i = 0; i < cols; i++) {
    trace += covariance.data[i * cols + i]!;
    for (let j = 0; j <= i; j++) squares += (i === j ? 1 : 2) * covariance.data[i * cols + j]! ** 2;
  }
  const variance = trace / cols;
  const alpha = squares / (cols * cols);
  const denominator = (rows + 1) * (alpha - variance ** 2 / cols);
  const shrinkage = denominator > 0 ? Math.min((alpha + variance ** 2) / denominator, 1) : 1;
  const least = LEAST_SHARE * variance || 1;
  for (let i = 0; i < cols; i++) {
    for (let j = 0; j <= i; j++) covariance.data[i * cols + j]! *= 1 - shrinkage;
    covariance.data[i * cols + i]! += shrinkage * variance + least;
  }
  // Positive definite: the sphere's part is above 0.
  return { mean, whitening: inverseLower(choleskyDecompose(covariance)!) };
}

/** Mahalanobis distance of a row from the mean. */
export function mahalanobis({ mean, whitening }: Gaussian, x: Matrix, row: number): number {
  const { cols } = x;
  let squares = 0;
  for (let i = 0; i < cols; i++) {
    let value = 0;
    for (let j = 0; j <= i; j++)
      value += whitening.data[i * cols + j]! * (x.data[row * cols + j]! - mean[j]!);
    squares += value * value;
  }
  return Math.sqrt(squares);
}
