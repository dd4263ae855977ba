import { checkLabels } from './cluster-means.js';
import { type Matrix, squaredDistance } from './matrix.js';

/**
 * Silhouette of each row (Rousseeuw 1987), as scikit-learn with Euclidean distances: (b - a) / max(a, b), -1 to 1, with
 * a the mean distance to the others of its cluster and b that to the nearest other cluster. 0 for a row alone in its
 * cluster. Time grows with the square of the rows.
 * @throws PlantsenseError MATRIX_INVALID; PARAMETER_INVALID when there are not 2 to rows - 1 clusters
 */
export function silhouetteSamples(x: Matrix, labels: ArrayLike<number>): Float64Array {
  const { labels: dense, sizes } = checkLabels(x, labels);
  const k = sizes.length;
  // Sum of distances of each row to each cluster, `[rows, k]`. Each pair is measured once.
  const sums = new Float64Array(x.rows * k);
  for (let i = 0; i < x.rows; i++) {
    for (let j = i + 1; j < x.rows; j++) {
      const distance = Math.sqrt(squaredDistance(x.data, i * x.cols, x.data, j * x.cols, x.cols));
      sums[i * k + dense[j]!]! += distance;
      sums[j * k + dense[i]!]! += distance;
    }
  }
  return Float64Array.from({ length: x.rows }, (_, row) => {
    const own = dense[row]!;
    if (sizes[own] === 1) return 0;
    const inside = sums[row * k + own]! / (sizes[own]! - 1);
    let outside = Number.POSITIVE_INFINITY;
    for (let other = 0; other < k; other++)
      if (other !== own) outside = Math.min(outside, sums[row * k + other]! / sizes[other]!);
    const larger = Math.max(inside, outside);
    return larger === 0 ? 0 : (outside - inside) / larger;
  });
}

/** Mean silhouette of the rows. Throws as {@link silhouetteSamples}. */
export function silhouetteScore(x: Matrix, labels: ArrayLike<number>): number {
  return silhouetteSamples(x, labels).reduce((a, b) => a + b) / x.rows;
}
