import { columnMeans, type Matrix, squaredDistance, takeRows } from '../../cluster/matrix.js';

/** Rows by their distance to the mean of all of them, the nearest first. */
export function rowsByDistance(x: Matrix, rows: Int32Array): Int32Array {
  const own = takeRows(x, rows);
  const mean = columnMeans(own);
  const distances = Float64Array.from(rows, (_, i) =>
    squaredDistance(own.data, i * own.cols, mean, 0, own.cols),
  );
  const order = Array.from(rows.keys()).sort((a, b) => distances[a]! - distances[b]! || a - b);
  return Int32Array.from(order, i => rows[i]!);
}
