import { checkLabels } from './cluster-means.js';
import { inWorkspace } from './linear-algebra/workspace.js';
import { type Matrix, takeRows } from './matrix.js';
import { Points } from './points.js';

/**
 * Silhouette of each row (Rousseeuw 1987), as scikit-learn with Euclidean distances: (b - a) / max(a, b), -1 to 1, with
 * a the mean distance to the others of its cluster and b that to the nearest other cluster. 0 for a row alone in its
 * cluster. Time grows with the square of the rows.
 * @throws PlantsenseError MATRIX_INVALID; PARAMETER_INVALID when there are not 2 to rows - 1 clusters
 */
export function silhouetteSamples(x: Matrix, labels: ArrayLike<number>): Float64Array {
  const { labels: dense, sizes } = checkLabels(x, labels);
  const k = sizes.length;
  const sums = sumsOfDistances(x, dense, sizes);
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

/** Sum of distances of each row to each cluster, `[rows, k]`. Each pair of rows is measured once. */
function sumsOfDistances(x: Matrix, labels: Int32Array, sizes: Float64Array): Float64Array {
  const k = sizes.length;
  // The rows of a cluster stand together.
  const order = Int32Array.from({ length: x.rows }, (_, row) => row).sort(
    (a, b) => labels[a]! - labels[b]! || a - b,
  );
  const ends = sizes.slice();
  for (let cluster = 1; cluster < k; cluster++) ends[cluster]! += ends[cluster - 1]!;
  const sums = new Float64Array(x.rows * k);
  inWorkspace(workspace => {
    const points = new Points(workspace, takeRows(x, order));
    const squaresAt = workspace.allocate(x.rows + 1);
    const squares = workspace.doubles(squaresAt, x.rows + 1);
    // Of the rows behind: sums of distances to the cluster whose turn it is.
    const behindAt = workspace.allocate(x.rows + 1);
    const behind = workspace.doubles(behindAt, x.rows + 1);
    let first = 0;
    for (let own = 0; own < k; own++) {
      behind.fill(0);
      for (let i = first; i < ends[own]!; i++) {
        for (let other = own, from = i + 1; other < k; from = ends[other++]!) {
          const count = ends[other]! - from;
          if (count <= 0) continue;
          workspace.kernels.squaredDistances(
            points.addressOf(from),
            count,
            points.length,
            points.addressOf(i),
            squaresAt,
          );
          // Roots are taken in pairs.
          squares[count] = 0;
          sums[order[i]! * k + other]! += workspace.kernels.addRoots(
            squaresAt,
            count + (count & 1),
            behindAt + 8 * from,
          );
        }
      }
      for (let i = first; i < x.rows; i++) sums[order[i]! * k + own]! += behind[i]!;
      first = ends[own]!;
    }
  });
  return sums;
}

/** Mean silhouette of the rows. Throws as {@link silhouetteSamples}. */
export function silhouetteScore(x: Matrix, labels: ArrayLike<number>): number {
  return silhouetteSamples(x, labels).reduce((a, b) => a + b) / x.rows;
}
