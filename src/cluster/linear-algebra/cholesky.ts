import type { Matrix, Matrix64 } from '../matrix.js';
import { addProduct } from './add-product.js';
import { invertLowerBlock } from './triangular.js';

const BLOCK = 64;

/**
 * Cholesky decomposition A = L·Lᵀ, left-looking by blocks.
 *
 * @param a square and symmetric; only the lower triangle is read
 * @returns L, lower triangular; null when A is not positive definite to working precision
 */
export function choleskyDecompose(a: Matrix): Matrix64 | null {
  const n = a.rows;
  const l = new Float64Array(n * n);
  for (let row = 0; row < n; row++) l.set(a.data.subarray(row * n, row * n + row + 1), row * n);
  const inverse = new Float64Array(BLOCK * BLOCK);
  const panel = new Float64Array(n * BLOCK);
  for (let from = 0; from < n; from += BLOCK) {
    const size = Math.min(BLOCK, n - from);
    const diagonal = from * n + from;
    // The block column, less what the columns before it give.
    addProduct(
      { data: l, start: diagonal, rowStride: n },
      { data: l, start: from * n, rowStride: n, colStride: 1 },
      { data: l, start: from * n, rowStride: 1, colStride: n },
      { rows: n - from, cols: size, inner: from, sign: -1 },
    );
    if (!decomposeBlock(l, diagonal, n, size)) return null;
    const below = n - from - size;
    if (below === 0) break;
    // What lies below is solved by the small block's inverse.
    invertLowerBlock(l, diagonal, n, size, inverse);
    panel.fill(0);
    addProduct(
      { data: panel, start: 0, rowStride: size },
      { data: l, start: diagonal + size * n, rowStride: n, colStride: 1 },
      { data: inverse, start: 0, rowStride: 1, colStride: size },
      { rows: below, cols: size, inner: size },
    );
    for (let row = 0; row < below; row++)
      l.set(panel.subarray(row * size, (row + 1) * size), diagonal + (size + row) * n);
  }
  return { data: l, rows: n, cols: n };
}

/** The decomposition of a small block in place; clears what is above its diagonal. */
function decomposeBlock(l: Float64Array, start: number, stride: number, size: number): boolean {
  for (let row = 0; row < size; row++) {
    const ofRow = start + row * stride;
    for (let col = 0; col <= row; col++) {
      const ofCol = start + col * stride;
      let sum = l[ofRow + col]!;
      for (let i = 0; i < col; i++) sum -= l[ofRow + i]! * l[ofCol + i]!;
      if (col < row) l[ofRow + col] = sum / l[ofCol + col]!;
      else if (sum > 0 && sum < Number.POSITIVE_INFINITY) l[ofRow + row] = Math.sqrt(sum);
      else return false;
    }
    l.fill(0, ofRow + row + 1, ofRow + size);
  }
  return true;
}

/** log det A, given L of A = L·Lᵀ. */
export function logDeterminant({ data, rows }: Matrix64): number {
  let sum = 0;
  for (let i = 0; i < rows; i++) sum += Math.log(data[i * rows + i]!);
  return 2 * sum;
}
