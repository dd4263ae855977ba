import { PlantsenseError } from '../errors.js';
import { checkMatrix, type Matrix, type Matrix64 } from './matrix.js';

/** Gives every feature mean 0 and variance 1, as scikit-learn's `StandardScaler`; a constant feature becomes 0. */
export class StandardScaler {
  /** `[nFeatures]` */
  readonly mean: Float64Array;
  /** Standard deviations, `[nFeatures]`; 1 for a constant feature. */
  readonly scale: Float64Array;

  /** @throws PlantsenseError PARAMETER_INVALID when the lengths differ, a mean is not finite or a scale not above 0 */
  constructor(mean: Float64Array, scale: Float64Array) {
    const valid =
      mean.length === scale.length &&
      mean.every(Number.isFinite) &&
      scale.every(value => value > 0 && Number.isFinite(value));
    if (!valid)
      throw new PlantsenseError(
        'PARAMETER_INVALID',
        'Means and scales must be finite and scales above zero.',
      );
    this.mean = mean;
    this.scale = scale;
  }

  /** @throws PlantsenseError MATRIX_INVALID */
  static fit(x: Matrix): StandardScaler {
    checkMatrix(x);
    const mean = new Float64Array(x.cols);
    const scale = new Float64Array(x.cols);
    for (let i = 0; i < x.data.length; i++) mean[i % x.cols]! += x.data[i]!;
    for (let col = 0; col < x.cols; col++) mean[col]! /= x.rows;
    for (let i = 0; i < x.data.length; i++) scale[i % x.cols]! += (x.data[i]! - mean[i % x.cols]!) ** 2;
    for (let col = 0; col < x.cols; col++) {
      const deviation = Math.sqrt(scale[col]! / x.rows);
      // What rounding of the mean leaves of a constant feature is no deviation.
      const constant = deviation <= 10 * Number.EPSILON * Math.abs(mean[col]!);
      scale[col] = constant ? 1 : deviation;
    }
    return new StandardScaler(mean, scale);
  }

  /**
   * @returns a new matrix of 64-bit floats
   * @throws PlantsenseError MATRIX_INVALID
   */
  transform(x: Matrix): Matrix64 {
    checkMatrix(x, this.mean.length);
    const data = new Float64Array(x.data.length);
    for (let i = 0; i < data.length; i++) {
      const col = i % x.cols;
      data[i] = (x.data[i]! - this.mean[col]!) / this.scale[col]!;
    }
    return { data, rows: x.rows, cols: x.cols };
  }
}
