import { PlantsenseError } from '../errors.js';
import { tooFarApart } from './distances/row-distances.js';
import { type DenseLabels, denseLabels } from './label-counts.js';
import { checkMatrix, type Matrix, type Matrix64, zeros } from './matrix.js';

/** Labels for an index of inner quality, with the mean of each cluster, `[k, cols]`. */
export interface LabelledMeans extends DenseLabels {
  readonly means: Matrix64;
}

/**
 * Checks what every index of inner quality asks for.
 * @throws PlantsenseError MATRIX_INVALID, also when numbers are so large that sums of squared distances are not finite;
 *   PARAMETER_INVALID when there is not a label a row or not 2 to rows - 1 clusters
 */
export function checkLabels(x: Matrix, labels: ArrayLike<number>): DenseLabels {
  checkMatrix(x);
  if (labels.length !== x.rows)
    throw new PlantsenseError('PARAMETER_INVALID', `There are ${labels.length} labels for ${x.rows} rows.`);
  const dense = denseLabels(labels);
  const k = dense.sizes.length;
  if (k < 2 || k > x.rows - 1)
    throw new PlantsenseError(
      'PARAMETER_INVALID',
      `The index is defined for 2 to ${x.rows - 1} clusters of ${x.rows} rows, not for ${k}.`,
    );
  checkSpread(x);
  return dense;
}

/** No two rows are farther apart than two corners of the box that holds them all. */
function checkSpread({ data, rows, cols }: Matrix): void {
  const least = Float64Array.from(data.subarray(0, cols));
  const most = least.slice();
  for (let start = 0; start < data.length; start += cols) {
    for (let col = 0; col < cols; col++) {
      const value = data[start + col]!;
      if (value < least[col]!) least[col] = value;
      if (value > most[col]!) most[col] = value;
    }
  }
  let square = 0;
  for (let col = 0; col < cols; col++) square += (most[col]! - least[col]!) ** 2;
  if (!Number.isFinite(square * rows)) throw tooFarApart();
}

/** The mean of each cluster. Throws as {@link checkLabels}. */
export function clusterMeans(x: Matrix, labels: ArrayLike<number>): LabelledMeans {
  const dense = checkLabels(x, labels);
  const means = zeros(dense.sizes.length, x.cols);
  for (let i = 0; i < x.data.length; i++) {
    const label = dense.labels[Math.floor(i / x.cols)]!;
    means.data[label * x.cols + (i % x.cols)]! += x.data[i]!;
  }
  for (let i = 0; i < means.data.length; i++) means.data[i]! /= dense.sizes[Math.floor(i / x.cols)]!;
  return { ...dense, means };
}
