import { PlantsenseError } from '../errors.js';
import { multiply, multiplyTransposed } from './linear-algebra/products.js';
import { thinSvd } from './linear-algebra/thin-svd.js';
import { checkMatrix, columnMeans, type Matrix, type Matrix64, zeros } from './matrix.js';
import { checkInteger } from './parameters.js';

export interface PcaParams {
  /** Components to keep, at most `min(nSamples, nFeatures)`, which is the default. */
  readonly nComponents?: number;
  /** Scales the components of `transform` to variance 1. Default false. */
  readonly whiten?: boolean;
}

/** A fitted principal component analysis. */
export interface PcaFit {
  /** Orthonormal directions, by falling variance, `[nComponents, nFeatures]`. */
  readonly components: Matrix64;
  /** Variance along each, with n - 1 degrees of freedom. */
  readonly explainedVariance: Float64Array;
  /** The same as a share of the variance of all features. */
  readonly explainedVarianceRatio: Float64Array;
  readonly singularValues: Float64Array;
  /** Mean of each feature. */
  readonly mean: Float64Array;
  /**
   * The rows in the space of the components, `[rows, nComponents]`.
   * @throws PlantsenseError MATRIX_INVALID when `x` is empty, has another number of columns, or holds NaN or infinity
   */
  transform(x: Matrix): Matrix64;
  /** Rows of that space in the space of the features, `[rows, nFeatures]`. Throws as `transform`. */
  inverseTransform(z: Matrix): Matrix64;
}

/** scikit-learn keeps whitening from dividing by zero so. */
const LEAST_VARIANCE = Number.EPSILON;

/**
 * Principal component analysis (Pearson 1901) as scikit-learn's `PCA` with an exact solver. Of the two signs of a
 * component it takes the one whose largest loading is positive.
 *
 * @example
 * const fitted = new Pca({ nComponents: 10 }).fit(x);
 * const z = fitted.transform(x);
 */
export class Pca {
  readonly #params: PcaParams;

  /** @throws PlantsenseError PARAMETER_INVALID */
  constructor(params: PcaParams = {}) {
    this.#params = params;
    if (params.nComponents !== undefined) checkInteger('nComponents', params.nComponents, 1);
  }

  /**
   * @param x `[nSamples, nFeatures]`, two rows at least; not changed
   * @throws PlantsenseError MATRIX_INVALID; PARAMETER_INVALID when there are more components than rows or features
   */
  fit(x: Matrix): PcaFit {
    checkMatrix(x);
    if (x.rows < 2)
      throw new PlantsenseError('MATRIX_INVALID', 'A principal component analysis needs two rows at least.');
    const most = Math.min(x.rows, x.cols);
    const { nComponents = most, whiten = false } = this.#params;
    if (nComponents > most)
      throw new PlantsenseError(
        'PARAMETER_INVALID',
        `nComponents is ${nComponents}, but ${x.rows} rows of ${x.cols} features have ${most} at most.`,
      );
    const mean = columnMeans(x);
    const { singularValues, vt: components } = thinSvd(centred(x, mean), nComponents);
    const variances = singularValues.map(value => (value * value) / (x.rows - 1));
    const total = variances.reduce((a, b) => a + b);
    makeSignsDefinite(components);
    const explainedVariance = variances.slice(0, nComponents);
    const scales = explainedVariance.map(variance => Math.max(Math.sqrt(variance), LEAST_VARIANCE));

    return {
      components,
      explainedVariance,
      explainedVarianceRatio: explainedVariance.map(variance => (total === 0 ? 0 : variance / total)),
      singularValues: singularValues.slice(0, nComponents),
      mean,
      transform(rows) {
        checkMatrix(rows, x.cols);
        const z = multiplyTransposed(centred(rows, mean), components);
        if (whiten) for (let i = 0; i < z.data.length; i++) z.data[i]! /= scales[i % nComponents]!;
        return z;
      },
      inverseTransform(z) {
        checkMatrix(z, nComponents);
        const scaled = { ...z, data: Float64Array.from(z.data) };
        if (whiten) for (let i = 0; i < scaled.data.length; i++) scaled.data[i]! *= scales[i % nComponents]!;
        const back = multiply(scaled, components);
        for (let i = 0; i < back.data.length; i++) back.data[i]! += mean[i % x.cols]!;
        return back;
      },
    };
  }
}

function centred(x: Matrix, mean: Float64Array): Matrix64 {
  const out = zeros(x.rows, x.cols);
  for (let row = 0; row < x.rows; row++)
    for (let col = 0; col < x.cols; col++)
      out.data[row * x.cols + col] = x.data[row * x.cols + col]! - mean[col]!;
  return out;
}

/** Makes the loading of each component that is largest in size positive, the first of equal ones. */
function makeSignsDefinite({ data, rows, cols }: Matrix64): void {
  for (let row = 0; row < rows; row++) {
    const component = data.subarray(row * cols, (row + 1) * cols);
    let largest = 0;
    for (const value of component) if (Math.abs(value) > Math.abs(largest)) largest = value;
    if (largest < 0) for (let col = 0; col < cols; col++) component[col]! *= -1;
  }
}
