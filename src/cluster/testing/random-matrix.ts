import { Random } from '../../random.js';
import { type Matrix64, zeros } from '../matrix.js';

/** A matrix of normal numbers. */
export function randomMatrix(rows: number, cols: number, seed: number): Matrix64 {
  const random = new Random(seed);
  const x = zeros(rows, cols);
  for (let i = 0; i < x.data.length; i++) x.data[i] = random.normal();
  return x;
}

export function identity(n: number): Matrix64 {
  const x = zeros(n, n);
  for (let i = 0; i < n; i++) x.data[i * n + i] = 1;
  return x;
}

/** The largest distance of two numbers in the same place. */
export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  let largest = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs(a[i]! - b[i]!);
    if (!(difference <= largest)) largest = difference;
  }
  return largest;
}
