import { copyPadded } from './linear-algebra/squared-distances.js';
import type { Workspace } from './linear-algebra/workspace.js';
import type { Matrix } from './matrix.js';

/** The rows of a matrix in the memory of the kernels. */
export class Points {
  readonly workspace: Workspace;
  readonly rows: number;
  readonly cols: number;
  /** Numbers of a row, with the zeros that fill it up. */
  readonly length: number;
  /** Address of the first row. */
  readonly at: number;

  /** @param x without data, what is there is undefined */
  constructor(workspace: Workspace, x: Matrix | Omit<Matrix, 'data'>) {
    this.workspace = workspace;
    this.rows = x.rows;
    this.cols = x.cols;
    this.length = (x.cols + 3) & ~3;
    // Some kernels look at rows in pairs.
    this.at = workspace.allocate((x.rows + (x.rows & 1)) * this.length);
    if ('data' in x) copyPadded(x, this.view(), this.length);
  }

  /**
   * Some rows of a matrix for the kernels, in the place of those before.
   * @param all the same matrix, if the kernels have it already: nothing is copied then
   * @returns the address of the first
   */
  load(x: Matrix, from: number, count: number, all?: Points): number {
    if (all) return all.addressOf(from);
    const data = x.data.subarray(from * x.cols, (from + count) * x.cols);
    copyPadded({ data, rows: count, cols: x.cols }, this.view(), this.length);
    return this.at;
  }

  /** Address of a row. */
  addressOf(row: number): number {
    return this.at + 8 * this.length * row;
  }

  /** All rows, until something is allocated. */
  view(): Float64Array {
    return this.workspace.doubles(this.at, this.rows * this.length);
  }

  /** The rows without what fills them up, as a copy of its own. */
  matrix() {
    const view = this.view();
    const data = new Float64Array(this.rows * this.cols);
    for (let row = 0; row < this.rows; row++) {
      const start = row * this.length;
      data.set(view.subarray(start, start + this.cols), row * this.cols);
    }
    return { data, rows: this.rows, cols: this.cols };
  }
}
