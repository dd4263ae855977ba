import { type Matrix, type Matrix64, zeros } from '../matrix.js';
import { inWorkspace } from './workspace.js';

/**
 * Squared Euclidean distances of the rows of `a` to those of `b`, `[a.rows, b.rows]`. By differences, not inner products:
 * equal rows have distance 0, and near ones keep their digits.
 */
export function squaredDistances(a: Matrix, b: Matrix): Matrix64 {
  const out = zeros(a.rows, b.rows);
  const length = (a.cols + 3) & ~3;
  inWorkspace(workspace => {
    const rowsAt = workspace.allocate(b.rows * length);
    const pointAt = workspace.allocate(length);
    const outAt = workspace.allocate(b.rows);
    const point = workspace.doubles(pointAt, length).fill(0);
    const distances = workspace.doubles(outAt, b.rows);
    copyPadded(b, workspace.doubles(rowsAt, b.rows * length), length);
    for (let row = 0; row < a.rows; row++) {
      point.set(a.data.subarray(row * a.cols, (row + 1) * a.cols));
      workspace.kernels.squaredDistances(rowsAt, b.rows, length, pointAt, outAt);
      out.data.set(distances, row * b.rows);
    }
  });
  return out;
}

/** The rows of a matrix, each filled up with zeros to `length` numbers. */
export function copyPadded(x: Matrix, out: Float64Array, length: number): void {
  if (length === x.cols) {
    out.set(x.data);
    return;
  }
  for (let row = 0; row < x.rows; row++) {
    out.set(x.data.subarray(row * x.cols, (row + 1) * x.cols), row * length);
    out.fill(0, row * length + x.cols, (row + 1) * length);
  }
}
