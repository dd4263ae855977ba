import { PlantsenseError } from '../errors.js';

/** A table of numbers, row by row: `data[row * cols + col]`. One row a sample, one column a feature. */
export interface Matrix {
  readonly data: Float32Array | Float64Array;
  readonly rows: number;
  readonly cols: number;
}

/** A matrix of 64-bit floats. */
export interface Matrix64 extends Matrix {
  readonly data: Float64Array;
}

/** A matrix of zeros. */
export function zeros(rows: number, cols: number): Matrix64 {
  return { data: new Float64Array(rows * cols), rows, cols };
}

/** The rows with the given indices, in that order, as a copy of the same number type. */
export function takeRows(x: Matrix, indices: ArrayLike<number>): Matrix {
  const data = new (x.data instanceof Float32Array ? Float32Array : Float64Array)(indices.length * x.cols);
  for (let i = 0; i < indices.length; i++) {
    const from = indices[i]! * x.cols;
    data.set(x.data.subarray(from, from + x.cols), i * x.cols);
  }
  return { data, rows: indices.length, cols: x.cols };
}

/**
 * Refuses what no estimator can use.
 *
 * @param cols when given, the number of columns that the matrix must have
 * @throws PlantsenseError MATRIX_INVALID when the matrix has no rows or columns, another size than its data, or holds
 *   NaN or infinity
 */
export function checkMatrix(x: Matrix, cols?: number): void {
  if (x.rows < 1 || x.cols < 1)
    throw new PlantsenseError('MATRIX_INVALID', `The matrix is empty: ${x.rows} rows, ${x.cols} columns.`);
  if (x.data.length !== x.rows * x.cols)
    throw new PlantsenseError(
      'MATRIX_INVALID',
      `The matrix should have ${x.rows} x ${x.cols} numbers but has ${x.data.length}.`,
    );
  if (cols !== undefined && x.cols !== cols)
    throw new PlantsenseError(
      'MATRIX_INVALID',
      `The matrix has ${x.cols} columns, but ${cols} are expected.`,
    );
  if (allFinite(x.data)) return;
  for (let i = 0; i < x.data.length; i++) {
    if (!Number.isFinite(x.data[i]!))
      throw new PlantsenseError(
        'MATRIX_INVALID',
        `The matrix holds ${x.data[i]} in row ${Math.floor(i / x.cols)}, column ${i % x.cols}.`,
      );
  }
}

/** Zero times a number is zero, unless it is NaN or infinite: quicker than to ask each. */
function allFinite(data: Float32Array | Float64Array): boolean {
  // Sums that don't wait for each other.
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let i = 0;
  const { length } = data;
  for (; i + 3 < length; i += 4) {
    a += 0 * data[i]!;
    b += 0 * data[i + 1]!;
    c += 0 * data[i + 2]!;
    d += 0 * data[i + 3]!;
  }
  for (; i < length; i++) a += 0 * data[i]!;
  return a + b + c + d === 0;
}

/** Whether all rows are one and the same. */
export function areRowsEqual(x: Matrix): boolean {
  for (let i = x.cols; i < x.data.length; i++) if (x.data[i] !== x.data[i - x.cols]) return false;
  return true;
}

/** The mean of each column. */
export function columnMeans(x: Matrix): Float64Array {
  const mean = new Float64Array(x.cols);
  for (let row = 0; row < x.rows; row++)
    for (let col = 0; col < x.cols; col++) mean[col]! += x.data[row * x.cols + col]!;
  return mean.map(sum => sum / x.rows);
}

/** Squared Euclidean distance of a row of `a` to a row of `b`, both given by where they start in the data. */
export function squaredDistance(
  a: Float32Array | Float64Array,
  aStart: number,
  b: Float32Array | Float64Array,
  bStart: number,
  cols: number,
): number {
  // Two sums let the processor add in parallel; their order is fixed, so the result is too.
  let even = 0;
  let odd = 0;
  let i = 0;
  for (; i + 1 < cols; i += 2) {
    const d0 = a[aStart + i]! - b[bStart + i]!;
    const d1 = a[aStart + i + 1]! - b[bStart + i + 1]!;
    even += d0 * d0;
    odd += d1 * d1;
  }
  if (i < cols) {
    const d = a[aStart + i]! - b[bStart + i]!;
    even += d * d;
  }
  return even + odd;
}
