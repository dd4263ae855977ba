import { clusterMeans } from './cluster-means.js';
import { type Matrix, squaredDistance } from './matrix.js';

/** Below this all distances count as zero, as in numpy's `allclose`. */
const NEAR_ZERO = 1e-8;

/**
 * Davies-Bouldin index (1979), as scikit-learn: the mean over clusters of the worst ratio of widths to distance,
 * smaller is better, 0 is best.
 * @throws PlantsenseError MATRIX_INVALID; PARAMETER_INVALID when there are not 2 to rows - 1 clusters
 */
export function daviesBouldinScore(x: Matrix, labels: ArrayLike<number>): number {
  const { labels: dense, sizes, means } = clusterMeans(x, labels);
  const { cols } = x;
  const widths = new Float64Array(sizes.length);
  for (let row = 0; row < x.rows; row++) {
    const label = dense[row]!;
    widths[label]! +=
      Math.sqrt(squaredDistance(x.data, row * cols, means.data, label * cols, cols)) / sizes[label]!;
  }
  let sum = 0;
  let farthest = 0;
  for (let a = 0; a < sizes.length; a++) {
    let worst = 0;
    for (let b = 0; b < sizes.length; b++) {
      const distance = Math.sqrt(squaredDistance(means.data, a * cols, means.data, b * cols, cols));
      farthest = Math.max(farthest, distance);
      // Clusters in one place have no ratio.
      if (distance > 0) worst = Math.max(worst, (widths[a]! + widths[b]!) / distance);
    }
    sum += worst;
  }
  const flat = farthest <= NEAR_ZERO || widths.every(width => width <= NEAR_ZERO);
  return flat ? 0 : sum / sizes.length;
}
