import { PlantsenseError } from '../../errors.js';
import { type Matrix, type Matrix64, zeros } from '../matrix.js';
import { RecordedTurns, TurnedVectors, type Turning } from './plane-turns.js';
import { applyReflectors, orthogonalMatrix, tridiagonalForm } from './tridiagonal-form.js';
import { inWorkspace } from './workspace.js';

/** Eigenpairs of a symmetric matrix. */
export interface SymmetricEigen {
  /** Rising. */
  readonly values: Float64Array;
  /** Orthonormal, `[n, count]`: the columns belong to the last `count` values. */
  readonly vectors: Matrix64;
}

/** Far more than any matrix needs for one value. */
const MOST_SWEEPS = 100;
/** For fewer than this part of the vectors it is quicker to turn back the wanted ones than to turn all. */
const FEW = 8;

/**
 * All eigenvalues and some eigenvectors of a symmetric matrix: Householder's tridiagonal form, then implicit QL sweeps
 * (Wilkinson & Reinsch, "Handbook for Automatic Computation II", 1971). Errors are of the order of 1e-15 of the largest
 * eigenvalue.
 *
 * @param a square, symmetric and finite
 * @param count vectors that are wanted, 1 .. n: those of the largest values. Default all; few take half the time
 * @throws PlantsenseError MATRIX_INVALID when the sweeps don't end, which only NaN or infinity brings about
 */
export function symmetricEigen(a: Matrix, count = a.rows): SymmetricEigen {
  const n = a.rows;
  const scale = scaleOf(a);
  const form = tridiagonalForm({ ...a, data: a.data.map(value => value / scale) });
  const { diagonal, beside } = form;
  const few = count * FEW < n;
  const turns = new RecordedTurns();
  const all = few
    ? null
    : inWorkspace(workspace => {
        const turned = new TurnedVectors(workspace, orthogonalMatrix(form));
        diagonalize(diagonal, beside, turned);
        return turned.matrix();
      });
  if (few) diagonalize(diagonal, beside, turns);
  const order = Int32Array.from({ length: n }, (_, i) => i).sort((i, j) => diagonal[i]! - diagonal[j]!);
  const largest = order.subarray(n - count);
  const vectors = zeros(n, count);
  if (all) {
    for (let row = 0; row < n; row++)
      for (let col = 0; col < count; col++)
        vectors.data[row * count + col] = all.data[row * n + largest[col]!]!;
  } else {
    largest.forEach((place, col) => {
      vectors.data[place * count + col] = 1;
    });
    turns.turnBack(vectors);
    applyReflectors(form, vectors);
  }
  return { values: Float64Array.from(order, i => diagonal[i]! * scale), vectors };
}

/** A power of 2 near the largest number, so that squares neither overflow nor vanish. */
function scaleOf({ data }: Matrix): number {
  let largest = 0;
  for (const value of data) if (Math.abs(value) > largest) largest = Math.abs(value);
  return largest === 0 ? 1 : 2 ** Math.floor(Math.log2(largest));
}

/** Turns a tridiagonal matrix into a diagonal one in place. */
function diagonalize(d: Float64Array, e: Float64Array, turning: Turning): void {
  const n = d.length;
  let norm = 0;
  for (let i = 0; i < n; i++) norm = Math.max(norm, Math.abs(d[i]!) + Math.abs(e[i]!));
  // What is smaller than the rounding of the largest value is zero.
  const negligible = (Number.EPSILON / 4) * norm;
  for (let first = 0; first < n; first++) {
    for (let sweeps = 0; ; sweeps++) {
      let last = first;
      while (last < n - 1 && !isNegligible(d, e, last, negligible)) last++;
      if (last === first) break;
      if (sweeps === MOST_SWEEPS)
        throw new PlantsenseError('MATRIX_INVALID', 'The eigenvalues of the matrix do not converge.');
      sweep(d, e, first, last, turning);
    }
  }
}

function isNegligible(d: Float64Array, e: Float64Array, i: number, negligible: number): boolean {
  return Math.abs(e[i]!) <= negligible + (Number.EPSILON / 2) * (Math.abs(d[i]!) + Math.abs(d[i + 1]!));
}

/** One implicit QL sweep with Wilkinson's shift over the part from `first` to `last`. */
function sweep(d: Float64Array, e: Float64Array, first: number, last: number, turning: Turning): void {
  const turns = turning.room(d.length);
  const half = (d[first + 1]! - d[first]!) / (2 * e[first]!);
  const root = Math.sqrt(half * half + 1);
  let g = d[last]! - d[first]! + e[first]! / (half + (half >= 0 ? root : -root));
  let sin = 1;
  let cos = 1;
  let shift = 0;
  for (let i = last - 1; i >= first; i--) {
    const f = sin * e[i]!;
    const b = cos * e[i]!;
    const r = Math.sqrt(f * f + g * g);
    e[i + 1] = r;
    if (r === 0) {
      // The matrix falls apart here: what was done so far counts.
      d[i + 1]! -= shift;
      e[last] = 0;
      turning.done(i + 1, last);
      return;
    }
    sin = f / r;
    cos = g / r;
    g = d[i + 1]! - shift;
    const s = (d[i]! - g) * sin + 2 * cos * b;
    shift = sin * s;
    d[i + 1] = g + shift;
    g = cos * s - b;
    turns[2 * i] = cos;
    turns[2 * i + 1] = sin;
  }
  d[first]! -= shift;
  e[first] = g;
  e[last] = 0;
  turning.done(first, last);
}
