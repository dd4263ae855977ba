import { type Matrix, type Matrix64, zeros } from '../matrix.js';
import { addProduct } from './add-product.js';

const BLOCK = 64;

/** Y with L·Y = B, for a lower triangular L without zeros on its diagonal, by forward substitution in blocks. */
export function solveLower(l: Matrix64, b: Matrix): Matrix64 {
  const { rows: n, cols } = b;
  const y = { ...zeros(n, cols), data: Float64Array.from(b.data) };
  const inverse = new Float64Array(BLOCK * BLOCK);
  for (let from = 0; from < n; from += BLOCK) {
    const size = Math.min(BLOCK, n - from);
    addProduct(
      { data: y.data, start: from * cols, rowStride: cols },
      { data: l.data, start: from * n, rowStride: n, colStride: 1 },
      { data: y.data, start: 0, rowStride: cols, colStride: 1 },
      { rows: size, cols, inner: from, sign: -1 },
    );
    invertLowerBlock(l.data, from * n + from, n, size, inverse);
    multiplyRows(y, from, size, inverse, size, 1);
  }
  return y;
}

/** Y with Lᵀ·Y = B, for a lower triangular L without zeros on its diagonal, by backward substitution in blocks. */
export function solveLowerTransposed(l: Matrix64, b: Matrix): Matrix64 {
  const { rows: n, cols } = b;
  const y = { ...zeros(n, cols), data: Float64Array.from(b.data) };
  const inverse = new Float64Array(BLOCK * BLOCK);
  for (let from = BLOCK * Math.floor((n - 1) / BLOCK); from >= 0; from -= BLOCK) {
    const size = Math.min(BLOCK, n - from);
    const below = from + size;
    addProduct(
      { data: y.data, start: from * cols, rowStride: cols },
      { data: l.data, start: below * n + from, rowStride: 1, colStride: n },
      { data: y.data, start: below * cols, rowStride: cols, colStride: 1 },
      { rows: size, cols, inner: n - below, sign: -1 },
    );
    invertLowerBlock(l.data, from * n + from, n, size, inverse);
    multiplyRows(y, from, size, inverse, 1, size);
  }
  return y;
}

/** L⁻¹, lower triangular, for an L without zeros on its diagonal. */
export function inverseLower(l: Matrix64): Matrix64 {
  const n = l.rows;
  const y = zeros(n, n);
  const inverse = new Float64Array(BLOCK * BLOCK);
  for (let from = 0; from < n; from += BLOCK) {
    const size = Math.min(BLOCK, n - from);
    invertLowerBlock(l.data, from * n + from, n, size, inverse);
    // Left of the diagonal block: what the rows before it give, times the small inverse.
    const left = zeros(size, from);
    addProduct(
      { data: left.data, start: 0, rowStride: from },
      { data: l.data, start: from * n, rowStride: n, colStride: 1 },
      { data: y.data, start: 0, rowStride: n, colStride: 1 },
      { rows: size, cols: from, inner: from, sign: -1 },
    );
    addProduct(
      { data: y.data, start: from * n, rowStride: n },
      { data: inverse, start: 0, rowStride: size, colStride: 1 },
      { data: left.data, start: 0, rowStride: from, colStride: 1 },
      { rows: size, cols: from, inner: size },
    );
    for (let row = 0; row < size; row++)
      y.data.set(inverse.subarray(row * size, row * size + row + 1), (from + row) * n + from);
  }
  return y;
}

/**
 * The inverse of a small lower triangular block.
 * @param out `[size, size]`, receives it, with zeros above the diagonal
 */
export function invertLowerBlock(
  l: Float64Array,
  start: number,
  stride: number,
  size: number,
  out: Float64Array,
): void {
  for (let row = 0; row < size; row++) {
    const ofRow = start + row * stride;
    const pivot = l[ofRow + row]!;
    for (let col = 0; col < row; col++) {
      let sum = 0;
      for (let i = col; i < row; i++) sum += l[ofRow + i]! * out[i * size + col]!;
      out[row * size + col] = -sum / pivot;
    }
    out[row * size + row] = 1 / pivot;
    out.fill(0, row * size + row + 1, (row + 1) * size);
  }
}

/** Multiplies a block of rows by a small square matrix from the left, in place. */
function multiplyRows(
  y: Matrix64,
  from: number,
  size: number,
  square: Float64Array,
  rowStride: number,
  colStride: number,
): void {
  const start = from * y.cols;
  const block = y.data.slice(start, start + size * y.cols);
  y.data.fill(0, start, start + block.length);
  addProduct(
    { data: y.data, start, rowStride: y.cols },
    { data: square, start: 0, rowStride, colStride },
    { data: block, start: 0, rowStride: y.cols, colStride: 1 },
    { rows: size, cols: y.cols, inner: size },
  );
}
