import { Random } from '../../../random.js';
import { type Matrix64, zeros } from '../../matrix.js';

/** Rows of several classes, normal about a centre each. */
export interface Clouds {
  readonly x: Matrix64;
  readonly y: Int32Array;
}

/**
 * @param counts rows of each class
 * @param distance of the centres from 0; 8 keeps the classes apart, 1 doesn't
 * @param seed of the rows; centres are the same for all
 */
export function clouds(counts: readonly number[], cols: number, distance: number, seed: number): Clouds {
  const centres = new Random(99);
  const random = new Random(seed);
  const rows = counts.reduce((a, b) => a + b, 0);
  const x = zeros(rows, cols);
  const y = new Int32Array(rows);
  let row = 0;
  counts.forEach((count, label) => {
    const centre = Float64Array.from({ length: cols }, () => centres.normal());
    const length = Math.hypot(...centre);
    for (let i = 0; i < count; i++, row++) {
      y[row] = label;
      for (let col = 0; col < cols; col++)
        x.data[row * cols + col] = (centre[col]! / length) * distance + random.normal();
    }
  });
  return { x, y };
}

/** Class with the largest probability, of each row. */
export function predicted(shares: Matrix64): number[] {
  return Array.from({ length: shares.rows }, (_, row) => {
    const of = shares.data.subarray(row * shares.cols, (row + 1) * shares.cols);
    return of.indexOf(of.reduce((a, b) => Math.max(a, b)));
  });
}

export function accuracy(shares: Matrix64, y: ArrayLike<number>): number {
  return predicted(shares).filter((label, row) => label === y[row]).length / shares.rows;
}
