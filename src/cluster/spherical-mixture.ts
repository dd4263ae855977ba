import { DiagonalMixture } from './diagonal-mixture.js';
import type { KMeansFit } from './k-means.js';
import { type Matrix, zeros } from './matrix.js';
import { checkMixture } from './mixture.js';

/** A mixture of normal distributions that have one variance in all directions each. */
export class SphericalMixture extends DiagonalMixture {
  /** `[k]` */
  readonly variances: Float64Array;

  /**
   * @throws PlantsenseError PARAMETER_INVALID when the shapes differ or a weight is not above zero; MIXTURE_ILL_DEFINED
   *   when a variance is not
   */
  constructor(weights: Float64Array, means: Matrix, variances: Float64Array) {
    checkMixture(variances.length === means.rows, 'covariances of another shape');
    const covariances = zeros(means.rows, means.cols);
    variances.forEach((variance, component) => {
      covariances.data.fill(variance, component * means.cols, (component + 1) * means.cols);
    });
    super(weights, means, covariances);
    this.variances = variances;
  }

  protected override get covarianceParameters(): number {
    return this.nComponents;
  }
}

/**
 * The density behind a k-means clustering, so that its groups have probabilities: normal distributions of one weight
 * about the centres, with one variance for all of them and all features, the unbiased mean of squared distances
 * `inertia / ((n - k) d)`. The most probable one is always the nearest centre.
 *
 * @param x the matrix that k-means was fitted on
 * @param leastVariance keeps the variance above zero when rows lie on their centres
 */
export function sphericalMixture(x: Matrix, fitted: KMeansFit, leastVariance: number): SphericalMixture {
  const { clusterCenters, inertia } = fitted;
  const { rows: k, cols } = clusterCenters;
  const variance = Math.max(inertia / (Math.max(1, x.rows - k) * cols), leastVariance);
  return new SphericalMixture(
    new Float64Array(k).fill(1 / k),
    clusterCenters,
    new Float64Array(k).fill(variance),
  );
}
