import { type Matrix, type Matrix64, squaredDistance, zeros } from './matrix.js';

export interface LloydResult {
  readonly labels: Int32Array;
  readonly centers: Matrix64;
  /** Sum of squared distances of rows to their centres. */
  readonly inertia: number;
  readonly nIter: number;
}

/**
 * Lloyd's iterations from given centres, with scikit-learn's ends: labels that don't change, or centres whose squared
 * shift is at most `shiftTolerance`. Sums are kept in 64 bits. A cluster that loses all its rows takes the row
 * farthest from its centre.
 *
 * @param start `[k, cols]`; not changed
 * @param shiftTolerance absolute, on the sum of squared shifts of all centres
 */
export function lloyd(x: Matrix, start: Matrix, maxIter: number, shiftTolerance: number): LloydResult {
  let centers: Matrix64 = { ...start, data: Float64Array.from(start.data) };
  let next = zeros(start.rows, start.cols);
  let labels = new Int32Array(x.rows).fill(-1);
  let before = new Int32Array(x.rows);
  const distances = new Float64Array(x.rows);
  const sizes = new Float64Array(start.rows);
  let strict = false;
  let nIter = 0;

  while (nIter < maxIter) {
    nIter++;
    [labels, before] = [before, labels];
    assign(x, centers, labels, distances);
    average(x, labels, distances, next, sizes);
    const shift = squaredDistance(centers.data, 0, next.data, 0, next.data.length);
    [centers, next] = [next, centers];
    strict = equal(labels, before);
    if (strict || shift <= shiftTolerance) break;
  }
  // The centres moved after the rows were assigned.
  const inertia = assign(x, centers, labels, distances);
  return { labels, centers, inertia, nIter };
}

/**
 * Gives each row the label of its nearest centre, the first of equally near ones.
 * @param distances when given, receives the squared distance of each row to its centre
 * @returns the sum of squared distances
 */
export function assign(x: Matrix, centers: Matrix, labels: Int32Array, distances?: Float64Array): number {
  let inertia = 0;
  for (let row = 0; row < x.rows; row++) {
    let nearest = 0;
    let least = Number.POSITIVE_INFINITY;
    for (let center = 0; center < centers.rows; center++) {
      const distance = squaredDistance(x.data, row * x.cols, centers.data, center * x.cols, x.cols);
      if (distance < least) {
        least = distance;
        nearest = center;
      }
    }
    labels[row] = nearest;
    if (distances) distances[row] = least;
    inertia += least;
  }
  return inertia;
}

/** Sets `centers` to the means of their rows. */
function average(
  x: Matrix,
  labels: Int32Array,
  distances: Float64Array,
  centers: Matrix64,
  sizes: Float64Array,
): void {
  const { cols } = x;
  const sums = centers.data;
  sums.fill(0);
  sizes.fill(0);
  for (let row = 0; row < x.rows; row++) {
    const center = labels[row]!;
    sizes[center]!++;
    const from = row * cols;
    const to = center * cols;
    for (let col = 0; col < cols; col++) sums[to + col]! += x.data[from + col]!;
  }
  relocateEmpty(x, labels, distances, sums, sizes);
  const largest = sizes.indexOf(sizes.reduce((a, b) => Math.max(a, b)));
  for (let center = 0; center < centers.rows; center++) {
    const size = sizes[center]!;
    for (let col = 0; size > 0 && col < cols; col++) sums[center * cols + col]! /= size;
  }
  for (let center = 0; center < centers.rows; center++) {
    // Still empty: every row lies on its centre, so there are fewer places than clusters.
    if (sizes[center] === 0) sums.copyWithin(center * cols, largest * cols, (largest + 1) * cols);
  }
}

/** Gives each empty cluster one of the rows that are farthest from their centres. */
function relocateEmpty(
  x: Matrix,
  labels: Int32Array,
  distances: Float64Array,
  sums: Float64Array,
  sizes: Float64Array,
): void {
  const empty = [...sizes.keys()].filter(center => sizes[center] === 0);
  if (empty.length === 0) return;
  const farthest = [...distances.keys()].sort((a, b) => distances[b]! - distances[a]! || a - b);
  empty.forEach((center, i) => {
    const row = farthest[i]!;
    if (distances[row] === 0) return;
    const old = labels[row]!;
    for (let col = 0; col < x.cols; col++) {
      const value = x.data[row * x.cols + col]!;
      sums[old * x.cols + col]! -= value;
      sums[center * x.cols + col] = value;
    }
    sizes[old]!--;
    sizes[center] = 1;
  });
}

function equal(a: Int32Array, b: Int32Array): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
