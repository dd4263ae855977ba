import type { Latents } from '../conv-sdae/encoder.js';
import type { LatentGroups } from '../latent-k-means.js';

/** A mixture of normal distributions with diagonal covariances. */
export interface GroupMoments {
  /** Share of the rows, `[groups]`. */
  readonly weights: Float64Array;
  /** `[groups, latentDim]` */
  readonly means: Float64Array;
  /** `[groups, latentDim]` */
  readonly variances: Float64Array;
}

/** What a group weighs that no row is in, in rows. */
const LEAST_COUNT = 0.5;

/**
 * The mixture that groups of latents are: one step of expectation-maximization from k-means. Going on to the most likely
 * mixture gives groups that overlap and agree less with labels (ESC-10: NMI 0.43 against 0.47), and VaDE keeps that.
 * A group without rows stays at its centre, with variance 1.
 *
 * @param leastVariance added to every variance, so that none is zero
 */
export function groupMoments(
  { data, rows, cols }: Latents,
  { labels, clusterCenters }: LatentGroups,
  leastVariance: number,
): GroupMoments {
  const groups = clusterCenters.data.length / cols;
  const counts = new Float64Array(groups);
  const means = new Float64Array(groups * cols);
  const variances = new Float64Array(groups * cols);
  for (let row = 0; row < rows; row++) {
    const group = labels[row]!;
    counts[group]!++;
    for (let col = 0; col < cols; col++) means[group * cols + col]! += data[row * cols + col]!;
  }
  for (let i = 0; i < means.length; i++) means[i]! /= counts[Math.floor(i / cols)]!;
  for (let row = 0; row < rows; row++) {
    const group = labels[row]!;
    for (let col = 0; col < cols; col++) {
      const i = group * cols + col;
      variances[i]! += (data[row * cols + col]! - means[i]!) ** 2 / counts[group]!;
    }
  }
  counts.forEach((count, group) => {
    if (count > 0) return;
    counts[group] = LEAST_COUNT;
    for (let i = group * cols; i < (group + 1) * cols; i++) {
      means[i] = clusterCenters.data[i]!;
      variances[i] = 1;
    }
  });
  const total = counts.reduce((a, b) => a + b);
  return {
    weights: counts.map(count => count / total),
    means,
    variances: variances.map(variance => variance + leastVariance),
  };
}
