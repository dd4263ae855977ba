import { PlantsenseError } from '../../errors.js';
import { type Matrix, type Matrix64, zeros } from '../matrix.js';
import { tridiagonalForm } from './tridiagonal-form.js';
import { inWorkspace, type Workspace } from './workspace.js';

/** Eigenpairs of a symmetric matrix. */
export interface SymmetricEigen {
  /** Rising. */
  readonly values: Float64Array;
  /** Orthonormal; column i belongs to value i. */
  readonly vectors: Matrix64;
}

/** Rows that are turned at once. */
const LANES = 8;
/** Sweeps that are collected before the vectors are turned, so that these stay in the cache. */
const SWEEPS = 48;
/** Far more than any matrix needs for one value. */
const MOST_SWEEPS = 100;

/**
 * All eigenvalues and eigenvectors of a symmetric matrix: Householder's tridiagonal form, then implicit QL sweeps
 * (Wilkinson & Reinsch, "Handbook for Automatic Computation II", 1971). Errors are of the order of 1e-15 of the largest
 * eigenvalue.
 *
 * @param a square, symmetric and finite
 * @throws PlantsenseError MATRIX_INVALID when the sweeps don't end, which only NaN or infinity brings about
 */
export function symmetricEigen(a: Matrix): SymmetricEigen {
  const n = a.rows;
  const scale = scaleOf(a);
  const { diagonal, beside, q } = tridiagonalForm({ ...a, data: a.data.map(value => value / scale) });
  const vectors = inWorkspace(workspace => {
    const turning = new Turning(workspace, q);
    diagonalize(diagonal, beside, turning);
    return turning.matrix();
  });
  const order = Int32Array.from({ length: n }, (_, i) => i).sort((i, j) => diagonal[i]! - diagonal[j]!);
  const sorted = zeros(n, n);
  for (let row = 0; row < n; row++)
    for (let col = 0; col < n; col++) sorted.data[row * n + col] = vectors.data[row * n + order[col]!]!;
  return { values: Float64Array.from(order, i => diagonal[i]! * scale), vectors: sorted };
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
  turning.flush();
}

function isNegligible(d: Float64Array, e: Float64Array, i: number, negligible: number): boolean {
  return Math.abs(e[i]!) <= negligible + (Number.EPSILON / 2) * (Math.abs(d[i]!) + Math.abs(d[i + 1]!));
}

/** One implicit QL sweep with Wilkinson's shift over the part from `first` to `last`. */
function sweep(d: Float64Array, e: Float64Array, first: number, last: number, turning: Turning): void {
  const turns = turning.room();
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

/** The vectors, which turn with the sweeps: many sweeps at a time. */
class Turning {
  readonly #workspace: Workspace;
  readonly #n: number;
  readonly #panels: number;
  readonly #vectorsAt: number;
  readonly #turnsAt: number;
  readonly #turns: Float64Array;
  readonly #sweeps: { readonly turnsAt: number; readonly first: number; readonly last: number }[] = [];

  constructor(workspace: Workspace, q: Matrix64) {
    const n = q.rows;
    this.#workspace = workspace;
    this.#n = n;
    this.#panels = Math.ceil(n / LANES);
    this.#vectorsAt = workspace.allocate(this.#panels * LANES * n);
    this.#turnsAt = workspace.allocate(2 * n * SWEEPS);
    this.#turns = workspace.doubles(this.#turnsAt, 2 * n * SWEEPS);
    const vectors = this.#vectors().fill(0);
    for (let row = 0; row < n; row++)
      for (let col = 0; col < n; col++) vectors[this.#index(row, col)] = q.data[row * n + col]!;
  }

  /** Where the next sweep puts cosine and sine of its turn i: at 2i and 2i + 1. */
  room(): Float64Array {
    if (this.#sweeps.length === SWEEPS) this.flush();
    const start = this.#sweeps.length * 2 * this.#n;
    return this.#turns.subarray(start, start + 2 * this.#n);
  }

  /** A sweep has put its turns of columns `first` to `last` there. */
  done(first: number, last: number): void {
    if (first === last) return;
    const turnsAt = this.#turnsAt + this.#sweeps.length * 16 * this.#n;
    this.#sweeps.push({ turnsAt, first, last });
  }

  flush(): void {
    const { kernels } = this.#workspace;
    const column = 8 * LANES;
    for (let panel = 0; panel < this.#panels; panel++) {
      const at = this.#vectorsAt + panel * column * this.#n;
      for (const { turnsAt, first, last } of this.#sweeps)
        kernels.rotate(at + (last - 1) * column, turnsAt + 16 * (last - 1), at + first * column);
    }
    this.#sweeps.length = 0;
  }

  matrix(): Matrix64 {
    const n = this.#n;
    const out = zeros(n, n);
    const vectors = this.#vectors();
    for (let row = 0; row < n; row++)
      for (let col = 0; col < n; col++) out.data[row * n + col] = vectors[this.#index(row, col)]!;
    return out;
  }

  #vectors(): Float64Array {
    return this.#workspace.doubles(this.#vectorsAt, this.#panels * LANES * this.#n);
  }

  #index(row: number, col: number): number {
    return (Math.floor(row / LANES) * this.#n + col) * LANES + (row % LANES);
  }
}
