import type { Matrix, Matrix64 } from '../matrix.js';
import { zeros } from '../matrix.js';
import { addProduct } from './add-product.js';
import { inWorkspace } from './workspace.js';

/** A = Q·T·Qᵀ with T tridiagonal and Q orthogonal. */
export interface TridiagonalForm {
  readonly diagonal: Float64Array;
  /** What stands beside the diagonal; one number fewer, then 0. */
  readonly beside: Float64Array;
  /** Of the Householder reflectors I - scale·v·vᵀ that Q is the product of, the vectors v as rows. */
  readonly reflectors: Matrix64;
  readonly scales: Float64Array;
}

/** Reflectors that are applied together. */
const BLOCK = 32;

/**
 * Householder's reduction of a symmetric matrix (Golub & Van Loan, "Matrix Computations", 8.3). The update by one
 * reflector and the product with the next are one pass over the matrix, which is what the time goes into.
 */
export function tridiagonalForm(a: Matrix): TridiagonalForm {
  const n = a.rows;
  const diagonal = new Float64Array(n);
  const beside = new Float64Array(n);
  const reflectors = zeros(n, n);
  const scales = new Float64Array(n);
  const stride = n + (n & 1);
  inWorkspace(workspace => {
    const matrixAt = workspace.allocate(stride * stride);
    // The reflector and its companion whose update is still to be done; the next reflector, and A times it.
    const [vAt, wAt, nextAt, timesAt] = [0, 0, 0, 0].map(() => workspace.allocate(stride)) as [
      number,
      number,
      number,
      number,
    ];
    const matrix = workspace.doubles(matrixAt, stride * stride).fill(0);
    for (let row = 0; row < n; row++) matrix.set(a.data.subarray(row * n, (row + 1) * n), row * stride);
    const [v, w, next, times] = [vAt, wAt, nextAt, timesAt].map(at =>
      workspace.doubles(at, stride).fill(0),
    ) as [Float64Array, Float64Array, Float64Array, Float64Array];
    const current = (row: number, col: number) =>
      matrix[row * stride + col]! - (v[row]! * w[col]! + w[row]! * v[col]!);

    for (let col = 0; col < n; col++) {
      diagonal[col] = current(col, col);
      if (col === n - 1) break;
      next.fill(0);
      for (let row = col + 1; row < n; row++) next[row] = current(col, row);
      const { value, scale } = reflect(next, col + 1, n);
      beside[col] = value;
      scales[col] = scale;
      reflectors.data.set(next.subarray(0, n), col * n);
      // Pairs of numbers: where the remaining part begins in the middle of one, the zeros before it don't matter.
      const start = (col + 1) & ~1;
      const at = 8 * start;
      const size = stride - start;
      workspace.kernels.updateAndMultiply(
        matrixAt + at * stride + at,
        8 * stride,
        size,
        size,
        vAt + at,
        wAt + at,
        nextAt + at,
        timesAt + at,
      );
      let along = 0;
      for (let row = col + 1; row < n; row++) along += times[row]! * next[row]!;
      const share = (scale * scale * along) / 2;
      for (let row = col + 1; row < n; row++) {
        v[row] = next[row]!;
        w[row] = scale * times[row]! - share * next[row]!;
      }
      v[col] = 0;
      w[col] = 0;
    }
  });
  return { diagonal, beside, reflectors, scales };
}

/**
 * Turns x[from ..] into the reflector v, v[from] = 1, for which (I - scale·v·vᵀ)·x has only its first number left.
 * @returns that number and the scale
 */
function reflect(x: Float64Array, from: number, end: number): { value: number; scale: number } {
  const first = x[from]!;
  let rest = 0;
  for (let i = from + 1; i < end; i++) rest += x[i]! * x[i]!;
  if (rest === 0) {
    x.fill(0, from, end);
    return { value: first, scale: 0 };
  }
  const norm = Math.sqrt(first * first + rest);
  const value = first > 0 ? -norm : norm;
  const divisor = first - value;
  x[from] = 1;
  for (let i = from + 1; i < end; i++) x[i]! /= divisor;
  return { value, scale: (value - first) / value };
}

/** Q. */
export function orthogonalMatrix(form: TridiagonalForm): Matrix64 {
  const n = form.scales.length;
  const q = zeros(n, n);
  for (let i = 0; i < n; i++) q.data[i * n + i] = 1;
  applyReflectors(form, q, true);
  return q;
}

/**
 * Q·M, in place: the product of the reflectors, in blocks I - V·T·Vᵀ (Schreiber & Van Loan 1989), the last block first.
 * @param isIdentity M is the identity: of its columns, each block touches only those that the ones behind it have filled
 */
export function applyReflectors(
  { reflectors, scales }: TridiagonalForm,
  m: Matrix64,
  isIdentity = false,
): void {
  const n = reflectors.rows;
  for (let from = BLOCK * Math.floor((n - 1) / BLOCK); from >= 0; from -= BLOCK) {
    const count = Math.min(BLOCK, n - from);
    const size = n - from;
    const firstCol = isIdentity ? from : 0;
    const cols = m.cols - firstCol;
    const v = { data: reflectors.data, start: from * n + from, rowStride: n, colStride: 1 };
    const vTransposed = { data: reflectors.data, start: from * n + from, rowStride: 1, colStride: n };
    const inner = zeros(count, count);
    addProduct({ data: inner.data, start: 0, rowStride: count }, v, vTransposed, {
      rows: count,
      cols: count,
      inner: size,
    });
    const t = blockFactor(inner, scales.subarray(from, from + count));
    const projected = zeros(count, cols);
    const target = { data: projected.data, start: 0, rowStride: cols };
    const corner = { data: m.data, start: from * m.cols + firstCol, rowStride: m.cols, colStride: 1 };
    addProduct(target, v, corner, { rows: count, cols, inner: size });
    const turned = zeros(count, cols);
    addProduct(
      { data: turned.data, start: 0, rowStride: cols },
      { data: t.data, start: 0, rowStride: count, colStride: 1 },
      { ...target, colStride: 1 },
      { rows: count, cols, inner: count },
    );
    addProduct(
      corner,
      vTransposed,
      { data: turned.data, start: 0, rowStride: cols, colStride: 1 },
      { rows: size, cols, inner: count, sign: -1 },
    );
  }
}

/** The upper triangular T of a block of reflectors, from their inner products. */
function blockFactor(inner: Matrix64, scales: Float64Array): Matrix64 {
  const { rows: count, data } = inner;
  const t = zeros(count, count);
  for (let col = 0; col < count; col++) {
    for (let row = 0; row < col; row++) {
      let sum = 0;
      for (let i = row; i < col; i++) sum += t.data[row * count + i]! * data[i * count + col]!;
      t.data[row * count + col] = -scales[col]! * sum;
    }
    t.data[col * count + col] = scales[col]!;
  }
  return t;
}
