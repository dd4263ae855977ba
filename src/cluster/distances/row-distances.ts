import { PlantsenseError } from '../../errors.js';
import type { Matrix } from '../matrix.js';
import { GROUP, RowGroups } from './row-groups.js';

/**
 * Squared Euclidean distances between the rows of one matrix, four rows at a time. Each is a sum of squared differences,
 * taken in 64 bits and in the order of the columns: exact where |a|² + |b|² - 2ab cancels, 0 for equal rows, and bit for
 * bit what SciPy gives, so that ties are the same ties.
 */
export class RowDistances {
  /** Groups of {@link GROUP} rows; the last may be filled up with rows of zeros. */
  readonly groups: number;
  /** Numbers from one row of a strip to the next. */
  readonly stride: number;
  readonly #rows: RowGroups;

  /** @param x copied, as doubles */
  constructor(x: Matrix) {
    this.#rows = new RowGroups(x.rows, x.cols);
    for (let row = 0; row < x.rows; row++) this.#rows.set(row, x.data, row * x.cols);
    this.groups = this.#rows.groups;
    this.stride = this.#rows.stride;
  }

  /**
   * Distances of the rows of one group to those of group `from` and all after it.
   *
   * @returns the squared distance of row `GROUP * group + i` to row j at `i * stride + j`; undefined for rows before
   *   `from` and beyond the matrix; overwritten by the next call
   */
  squared(group: number, from = 0): Float64Array {
    this.#rows.squaredDistances(group, from, this.groups);
    return this.#rows.strip;
  }
}

/** What is said of rows whose distance isn't a finite number. */
export function tooFarApart(): PlantsenseError {
  return new PlantsenseError('MATRIX_INVALID', 'Rows of the matrix are too far apart for a 64-bit distance.');
}
