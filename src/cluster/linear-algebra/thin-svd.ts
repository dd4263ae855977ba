import { type Matrix, type Matrix64, zeros } from '../matrix.js';
import { gram, multiply, multiplyTransposed, transpose } from './products.js';
import { symmetricEigen } from './symmetric-eigen.js';

/** The right side of A = U·S·Vᵀ, for the `r = min(rows, cols)` singular values. */
export interface ThinSvd {
  /** `[r]`, falling. Those below 1e-7 of the largest are rounding. */
  readonly singularValues: Float64Array;
  /** Vᵀ, `[count, cols]`, orthonormal rows. */
  readonly vt: Matrix64;
}

/** Directions whose singular value is a smaller share of the largest are made orthogonal once more. */
const INEXACT_SHARE = 1e-3;
/** A direction that lost more than this to those before it had little of its own. */
const LEAST_LENGTH = 1e-6;

/**
 * Singular values and right singular vectors by the eigenvalues of the smaller of AᵀA and A·Aᵀ. Squaring halves the
 * digits of small singular values; the large ones keep theirs.
 *
 * @param count vectors that are wanted, 1 .. r: those of the largest values. Default r
 */
export function thinSvd(a: Matrix, count = Math.min(a.rows, a.cols)): ThinSvd {
  const tall = a.rows >= a.cols;
  const { values, vectors } = symmetricEigen(tall ? gram(a) : multiplyTransposed(a, a), count);
  const falling = transpose(vectors);
  reverseRows(falling);
  const singularValues = Float64Array.from(values, value => Math.sqrt(Math.max(0, value))).reverse();
  if (tall) return { singularValues, vt: falling };
  const vt = multiply(falling, a);
  for (let row = 0; row < count; row++) {
    const divisor = singularValues[row]! || 1;
    for (let col = 0; col < a.cols; col++) vt.data[row * a.cols + col]! /= divisor;
    if (singularValues[row]! <= INEXACT_SHARE * singularValues[0]!) makeOrthonormal(vt, row);
  }
  return { singularValues, vt };
}

/**
 * Makes a row orthonormal to those before it (Gram & Schmidt, twice: "twice is enough"). A row that lies within them is
 * replaced by what a unit vector has beside them.
 */
function makeOrthonormal(v: Matrix64, row: number): void {
  const { cols, data } = v;
  const own = data.subarray(row * cols, (row + 1) * cols);
  for (let unit = -1; unit < cols; unit++) {
    if (unit >= 0) {
      own.fill(0);
      own[unit] = 1;
    }
    const length = removeParts(v, row, own) && removeParts(v, row, own);
    if (length > LEAST_LENGTH) return;
  }
}

/** Takes the rows before it out of a vector and scales it to 1. Gives the length that was left of it. */
function removeParts({ cols, data }: Matrix64, rows: number, own: Float64Array): number {
  for (let row = 0; row < rows; row++) {
    const start = row * cols;
    let along = 0;
    for (let col = 0; col < cols; col++) along += data[start + col]! * own[col]!;
    for (let col = 0; col < cols; col++) own[col]! -= along * data[start + col]!;
  }
  let square = 0;
  for (const value of own) square += value * value;
  const length = Math.sqrt(square);
  if (length > 0) for (let col = 0; col < cols; col++) own[col]! /= length;
  return length;
}

function reverseRows({ data, rows, cols }: Matrix64): void {
  const other = zeros(1, cols).data;
  for (let row = 0; row < rows >> 1; row++) {
    const last = (rows - 1 - row) * cols;
    other.set(data.subarray(row * cols, (row + 1) * cols));
    data.copyWithin(row * cols, last, last + cols);
    data.set(other, last);
  }
}
