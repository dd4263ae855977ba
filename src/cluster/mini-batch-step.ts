import type { Random } from '../random.js';
import { assign } from './lloyd.js';
import type { Matrix, Matrix64 } from './matrix.js';

/** Of a batch, at most this share becomes new centres. */
const MOST_REASSIGNED = 0.5;

/**
 * Moves each centre towards its rows of a batch: it stays the mean of all rows that it was given so far (Sculley,
 * "Web-scale k-means clustering", 2010).
 *
 * @param centers moved in place
 * @param counts rows that each centre was given so far; grow
 * @returns sum of squared distances of the batch to the centres as they were
 */
export function miniBatchStep(batch: Matrix, centers: Matrix64, counts: Float64Array): number {
  const labels = new Int32Array(batch.rows);
  const inertia = assign(batch, centers, labels);
  const { cols, data } = batch;
  const sums = centers.data;
  const added = new Float64Array(centers.rows);
  for (const label of labels) added[label]!++;
  const scale = (factor: (center: number) => number) => {
    for (let center = 0; center < centers.rows; center++) {
      if (added[center] === 0) continue;
      const by = factor(center);
      for (let i = center * cols; i < (center + 1) * cols; i++) sums[i]! *= by;
    }
  };
  scale(center => counts[center]!);
  for (let row = 0; row < batch.rows; row++) {
    const from = row * cols;
    const to = labels[row]! * cols;
    for (let col = 0; col < cols; col++) sums[to + col]! += data[from + col]!;
  }
  for (let center = 0; center < centers.rows; center++) counts[center]! += added[center]!;
  scale(center => 1 / counts[center]!);
  return inertia;
}

/**
 * Puts centres that were given next to nothing onto rows of the batch drawn at random. They get the count of the
 * smallest other centre, so that they aren't moved again at once; this makes them slower too, as in scikit-learn.
 *
 * @param ratio of the largest count: centres with less are moved
 */
export function reassignSmall(
  batch: Matrix,
  centers: Matrix64,
  counts: Float64Array,
  ratio: number,
  random: Random,
): void {
  const limit = ratio * counts.reduce((a, b) => Math.max(a, b));
  const rising = [...counts.keys()].sort((a, b) => counts[a]! - counts[b]! || a - b);
  const most = Math.floor(MOST_REASSIGNED * batch.rows);
  const moved = rising.filter(center => counts[center]! < limit).slice(0, most);
  const smallestOther = rising[moved.length];
  if (moved.length === 0 || smallestOther === undefined) return;
  const rows = random.shuffle(Int32Array.from({ length: batch.rows }, (_, i) => i));
  moved.forEach((center, i) => {
    const from = rows[i]! * batch.cols;
    centers.data.set(batch.data.subarray(from, from + batch.cols), center * batch.cols);
    counts[center] = counts[smallestOther]!;
  });
}
