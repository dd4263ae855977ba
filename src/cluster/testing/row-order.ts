import type { Random } from '../../random.js';
import type { Clustering } from '../estimator.js';
import { type Matrix, takeRows } from '../matrix.js';
import { sameClustering } from '../same-clustering.js';

/** Whether rows are parted the same when they come in another order. */
export function ignoresRowOrder(part: (x: Matrix) => Clustering, x: Matrix, random: Random): boolean {
  const order = random.shuffle(Int32Array.from({ length: x.rows }, (_, i) => i));
  const { labels } = part(x);
  return sameClustering(
    part(takeRows(x, order)).labels,
    order.map(row => labels[row]!),
  );
}
