import { checkLabels } from './cluster-means.js';
import type { DenseLabels } from './label-counts.js';
import { ceil4, packRows } from './linear-algebra/whitening.js';
import { inWorkspace } from './linear-algebra/workspace.js';
import { columnMeans, type Matrix, takeRows } from './matrix.js';
import { Points } from './points.js';

/**
 * Silhouette of each row (Rousseeuw 1987), as scikit-learn with Euclidean distances: (b - a) / max(a, b), -1 to 1, with
 * a the mean distance to the others of its cluster and b that to the nearest other cluster. 0 for a row alone in its
 * cluster. Time grows with the square of the rows.
 * @throws PlantsenseError MATRIX_INVALID; PARAMETER_INVALID when there are not 2 to rows - 1 clusters
 */
export function silhouetteSamples(x: Matrix, labels: ArrayLike<number>): Float64Array {
  const dense = checkLabels(x, labels);
  return silhouettesOfSums(dense, sumsOfDistances(x, dense.labels, dense.sizes));
}

/**
 * Silhouette of each row from the sums of its distances to the rows of each cluster.
 * @param sums `[rows, clusters]`
 */
export function silhouettesOfSums({ labels, sizes }: DenseLabels, sums: Float64Array): Float64Array {
  const k = sizes.length;
  return Float64Array.from(labels, (own, row) => {
    if (sizes[own] === 1) return 0;
    const inside = sums[row * k + own]! / (sizes[own]! - 1);
    let outside = Number.POSITIVE_INFINITY;
    for (let other = 0; other < k; other++)
      if (other !== own) outside = Math.min(outside, sums[row * k + other]! / sizes[other]!);
    const larger = Math.max(inside, outside);
    return larger === 0 ? 0 : (outside - inside) / larger;
  });
}

/** Rows whose products with others are computed together: with these they fit the cache. */
const BLOCK = 32;

/** Squared distances that are a smaller share of the squared lengths are measured by differences: products cancel. */
const LEAST_SHARE = 1e-5;

/** Sum of distances of each row to each cluster, `[rows, k]`. Each pair of rows is looked at once. */
function sumsOfDistances(x: Matrix, labels: Int32Array, sizes: Float64Array): Float64Array {
  const { rows } = x;
  const k = sizes.length;
  // The rows of a cluster stand together.
  const order = Int32Array.from({ length: rows }, (_, row) => row).sort(
    (a, b) => labels[a]! - labels[b]! || a - b,
  );
  const ends = sizes.slice();
  for (let cluster = 1; cluster < k; cluster++) ends[cluster]! += ends[cluster - 1]!;
  const sums = new Float64Array(rows * k);
  inWorkspace(workspace => {
    const { kernels } = workspace;
    const points = new Points(workspace, takeRows(x, order));
    const stride = ceil4(rows) + 4;
    const [meanAt, squaresAt, behindAt] = [points.length, stride, stride].map(length =>
      workspace.allocate(length),
    ) as [number, number, number];
    const panelsAt = workspace.allocate(ceil4(rows) * points.length);
    const stripAt = workspace.allocate(BLOCK * stride);
    const mean = columnMeans(x);
    workspace.doubles(meanAt, points.length).fill(0).set(mean);
    packRows(workspace, panelsAt, x, order, mean);
    const squares = workspace.doubles(squaresAt, stride).fill(0);
    kernels.squaredDistances(points.at, rows, points.length, meanAt, squaresAt);
    // Of the rows behind: sums of distances to the cluster whose turn it is.
    const behind = workspace.doubles(behindAt, stride).fill(0);
    const strip = workspace.doubles(stripAt, BLOCK * stride);

    for (let i = 0, own = 0; i < rows; i++) {
      if (i % BLOCK === 0) {
        const left = Math.ceil((rows - i) / 4);
        strip.fill(0);
        const at = panelsAt + 8 * points.length * i;
        kernels.multiply(at, at, stripAt + 8 * i, Math.min(BLOCK / 4, left), left, points.length, 8 * stride);
      }
      const start = (i % BLOCK) * stride;
      // Roots are taken in pairs.
      const count = rows - i - 1 + ((rows - i - 1) & 1);
      const [stripRow, square] = [stripAt + 8 * start, squares[i]!];
      const [from, squaresFrom] = [stripRow + 8 * (i + 1), squaresAt + 8 * (i + 1)];
      if (count > 0 && !kernels.squaresFromProducts(from, squaresFrom, count, square, LEAST_SHARE))
        kernels.squaredDistances(
          points.addressOf(i + 1),
          rows - i - 1,
          points.length,
          points.addressOf(i),
          from,
        );
      // The last first: what makes a count even is a number that was used already.
      for (let other = k - 1; other >= own; other--) {
        const first = Math.max(i + 1, ends[other]! - sizes[other]!);
        const odd = (ends[other]! - first) & 1;
        if (odd) strip[start + ends[other]!] = 0;
        if (ends[other]! > first)
          sums[order[i]! * k + other]! += kernels.addRoots(
            stripRow + 8 * first,
            ends[other]! - first + odd,
            behindAt + 8 * first,
          );
      }
      if (i + 1 < ends[own]!) continue;
      for (let row = ends[own]! - sizes[own]!; row < rows; row++)
        sums[order[row]! * k + own]! += behind[row]!;
      behind.fill(0);
      own++;
    }
  });
  return sums;
}

/** Mean silhouette of the rows. Throws as {@link silhouetteSamples}. */
export function silhouetteScore(x: Matrix, labels: ArrayLike<number>): number {
  return silhouetteSamples(x, labels).reduce((a, b) => a + b) / x.rows;
}
