import { PlantsenseError } from '../../errors.js';
import { type Matrix, type Matrix64, zeros } from '../matrix.js';
import { addProduct, type Operand } from './add-product.js';

/** A·B, `[a.rows, b.cols]`. @throws PlantsenseError MATRIX_INVALID when the inner sizes differ */
export function multiply(a: Matrix, b: Matrix): Matrix64 {
  checkInner(a.cols, b.rows);
  return product(a.rows, b.cols, a.cols, asIs(a), asIs(b));
}

/** A·Bᵀ, `[a.rows, b.rows]`: the inner products of rows. Throws as {@link multiply}. */
export function multiplyTransposed(a: Matrix, b: Matrix): Matrix64 {
  checkInner(a.cols, b.cols);
  return product(a.rows, b.rows, a.cols, asIs(a), turned(b));
}

/** AᵀA, `[a.cols, a.cols]`, exactly symmetric. */
export function gram(a: Matrix): Matrix64 {
  const c = zeros(a.cols, a.cols);
  addProduct({ data: c.data, start: 0, rowStride: c.cols }, turned(a), asIs(a), {
    rows: a.cols,
    cols: a.cols,
    inner: a.rows,
    lowerOnly: true,
  });
  mirrorLower(c);
  return c;
}

/** Aᵀ, as a copy. */
export function transpose(a: Matrix): Matrix64 {
  const t = zeros(a.cols, a.rows);
  for (let row = 0; row < a.rows; row++)
    for (let col = 0; col < a.cols; col++) t.data[col * a.rows + row] = a.data[row * a.cols + col]!;
  return t;
}

/** Makes a square matrix symmetric by its lower triangle. */
export function mirrorLower({ data, rows }: Matrix64): void {
  for (let row = 0; row < rows; row++)
    for (let col = row + 1; col < rows; col++) data[row * rows + col] = data[col * rows + row]!;
}

function product(rows: number, cols: number, inner: number, a: Operand, b: Operand): Matrix64 {
  const c = zeros(rows, cols);
  addProduct({ data: c.data, start: 0, rowStride: cols }, a, b, { rows, cols, inner });
  return c;
}

function asIs({ data, cols }: Matrix): Operand {
  return { data, start: 0, rowStride: cols, colStride: 1 };
}

function turned({ data, cols }: Matrix): Operand {
  return { data, start: 0, rowStride: 1, colStride: cols };
}

function checkInner(a: number, b: number): void {
  if (a !== b)
    throw new PlantsenseError('MATRIX_INVALID', `A product needs equal inner sizes, not ${a} and ${b}.`);
}
