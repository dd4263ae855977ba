import { createWorkspace, type Workspace } from '../linear-algebra/workspace.js';

/** Rows of one group: as many as the kernels take at a time. */
export const GROUP = 4;

const DOUBLE = 8;

/**
 * Rows in groups of four, each group column by column, so that one load takes the same column of two rows; and a strip of
 * numbers between the rows of one group and those of others. The memory goes with the object.
 */
export class RowGroups {
  readonly groups: number;
  readonly cols: number;
  /** Numbers from one row of the strip to the next. */
  readonly stride: number;
  /** For row i of a group and row j of all: at `i * stride + j`. */
  readonly strip: Float64Array;
  readonly #rows: Float64Array;
  readonly #rowsAt: number;
  readonly #stripAt: number;
  readonly #kernels: Workspace['kernels'];

  /** @throws PlantsenseError MATRIX_INVALID when there is no memory for them */
  constructor(rows: number, cols: number) {
    this.groups = Math.ceil(rows / GROUP);
    this.cols = cols;
    this.stride = GROUP * this.groups;
    const workspace = createWorkspace();
    this.#kernels = workspace.kernels;
    this.#rowsAt = workspace.allocate(this.stride * cols);
    this.#stripAt = workspace.allocate(GROUP * this.stride);
    this.#rows = workspace.doubles(this.#rowsAt, this.stride * cols);
    this.strip = workspace.doubles(this.#stripAt, GROUP * this.stride);
  }

  /** Puts `cols` numbers that stand together in the place of a row. */
  set(row: number, from: Float32Array | Float64Array, start = 0): void {
    const { cols } = this;
    const to = this.#start(row);
    for (let col = 0; col < cols; col++) this.#rows[to + GROUP * col] = from[start + col]!;
  }

  get(row: number, to: Float64Array, start = 0): void {
    const { cols } = this;
    const from = this.#start(row);
    for (let col = 0; col < cols; col++) to[start + col] = this.#rows[from + GROUP * col]!;
  }

  /** Sets all rows of some groups to zero. */
  clear(group: number, end: number): void {
    this.#rows.fill(0, GROUP * this.cols * group, GROUP * this.cols * end);
  }

  /** Puts the squared distances of the rows of a group to those of groups `from` to `end` into the strip. */
  squaredDistances(group: number, from: number, end: number): void {
    if (from >= end) return;
    const [a, b] = [this.#at(group), this.#at(from)];
    this.#kernels.panelDistances(a, b, end - from, this.cols, this.#strip(from), DOUBLE * this.stride);
  }

  /** The same with inner products. */
  innerProducts(group: number, from: number, end: number): void {
    if (from >= end) return;
    for (let row = 0; row < GROUP; row++)
      this.strip.fill(0, row * this.stride + GROUP * from, row * this.stride + GROUP * end);
    const [a, b] = [this.#at(group), this.#at(from)];
    this.#kernels.multiply(a, b, this.#strip(from), 1, end - from, this.cols, DOUBLE * this.stride);
  }

  /** Takes the rows of groups `from` to `end` out of the rows of a group, as many times as the strip says. */
  subtractCombinations(group: number, from: number, end: number): void {
    if (from >= end) return;
    const [a, b] = [this.#at(group), this.#at(from)];
    this.#kernels.subtractCombinations(a, b, end - from, this.cols, this.#strip(from), DOUBLE * this.stride);
  }

  /** Address of a group. */
  #at(group: number): number {
    return this.#rowsAt + DOUBLE * GROUP * this.cols * group;
  }

  /** Address of the part of the strip that begins with a group. */
  #strip(group: number): number {
    return this.#stripAt + DOUBLE * GROUP * group;
  }

  #start(row: number): number {
    return Math.floor(row / GROUP) * GROUP * this.cols + (row % GROUP);
  }
}
