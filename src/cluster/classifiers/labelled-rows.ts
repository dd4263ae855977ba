import { PlantsenseError } from '../../errors.js';
import { checkMatrix, type Matrix, takeRows } from '../matrix.js';
import { checkInteger } from '../parameters.js';

/** Rows to learn from, in an order of their own. */
export interface LabelledRows {
  readonly x: Matrix;
  /** Class of each row. */
  readonly y: Int32Array;
  readonly nClasses: number;
  /** Rows of each class. */
  readonly counts: Int32Array;
  /** Classes that have rows, rising. */
  readonly present: readonly number[];
}

/**
 * Checks rows and their classes, and puts them in the order of their numbers: so what is learnt has the same bits in
 * whatever order the rows came.
 *
 * @param y class of each row, 0 .. nClasses - 1
 * @param nClasses default: those that `y` has
 * @throws PlantsenseError MATRIX_INVALID; PARAMETER_INVALID when `y` has another length or holds what is no class
 */
export function labelledRows(x: Matrix, y: ArrayLike<number>, nClasses?: number): LabelledRows {
  checkMatrix(x);
  if (y.length !== x.rows)
    throw new PlantsenseError('PARAMETER_INVALID', `There are ${x.rows} rows, but ${y.length} classes.`);
  if (nClasses !== undefined) checkInteger('nClasses', nClasses, 1);
  let classes = nClasses ?? 1;
  for (let row = 0; row < y.length; row++) {
    const label = y[row]!;
    if (!Number.isSafeInteger(label) || label < 0 || (nClasses !== undefined && label >= nClasses))
      throw new PlantsenseError('PARAMETER_INVALID', `Row ${row} has the class ${label}, which is none.`);
    classes = Math.max(classes, label + 1);
  }
  const order = Int32Array.from({ length: x.rows }, (_, row) => row).sort(
    (a, b) => compareRows(x, a, b) || y[a]! - y[b]!,
  );
  const sorted = Int32Array.from(order, row => y[row]!);
  const counts = new Int32Array(classes);
  for (const label of sorted) counts[label]! += 1;
  const present = [...counts.keys()].filter(label => counts[label]! > 0);
  return { x: takeRows(x, order), y: sorted, nClasses: classes, counts, present };
}

/** @throws PlantsenseError TRAINING_DATA_INSUFFICIENT when there is nothing to tell apart */
export function checkTwoClasses({ present }: LabelledRows): void {
  if (present.length < 2)
    throw new PlantsenseError(
      'TRAINING_DATA_INSUFFICIENT',
      `All rows have one class, ${present[0]}: a classifier needs rows of two at least.`,
    );
}

/** Some of the rows, in the order of their indices. */
export function selectLabelled(rows: LabelledRows, indices: Int32Array): LabelledRows {
  const y = indices.map(row => rows.y[row]!);
  const counts = new Int32Array(rows.nClasses);
  for (const label of y) counts[label]! += 1;
  const present = rows.present.filter(label => counts[label]! > 0);
  return { x: takeRows(rows.x, indices), y, nClasses: rows.nClasses, counts, present };
}

function compareRows({ data, cols }: Matrix, a: number, b: number): number {
  for (let col = 0; col < cols; col++) {
    const difference = data[a * cols + col]! - data[b * cols + col]!;
    if (difference !== 0) return difference;
  }
  return 0;
}
