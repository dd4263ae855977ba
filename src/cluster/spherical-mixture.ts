import { DiagonalMixture } from './diagonal-mixture.js';
import type { KMeansFit } from './k-means.js';
import { type Matrix, zeros } from './matrix.js';

/**
 * The density behind a k-means clustering, so that its groups have probabilities: normal distributions of one weight
 * about the centres, with one variance for all of them and all features, the unbiased mean of squared distances
 * `inertia / ((n - k) d)`. The most probable one is always the nearest centre.
 *
 * @param x the matrix that k-means was fitted on
 * @param leastVariance keeps the variance above zero when rows lie on their centres
 */
export function sphericalMixture(x: Matrix, fitted: KMeansFit, leastVariance: number): DiagonalMixture {
  const { clusterCenters, inertia } = fitted;
  const { rows: k, cols } = clusterCenters;
  const variance = inertia / (Math.max(1, x.rows - k) * cols);
  const covariances = zeros(k, cols);
  covariances.data.fill(Math.max(variance, leastVariance));
  return new DiagonalMixture(new Float64Array(k).fill(1 / k), clusterCenters, covariances);
}
