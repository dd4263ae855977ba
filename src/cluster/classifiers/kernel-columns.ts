import { type Matrix, squaredDistance } from '../matrix.js';

const CACHE_BYTES = 64 * 2 ** 20;

/** Columns of the matrix exp(−gamma · distance²) of rows to one another, as many kept as memory allows. */
export class KernelColumns {
  readonly #x: Matrix;
  readonly #gamma: number;
  readonly #kept = new Map<number, Float64Array>();
  readonly #most: number;

  constructor(x: Matrix, gamma: number) {
    this.#x = x;
    this.#gamma = gamma;
    this.#most = Math.max(2, Math.floor(CACHE_BYTES / (8 * x.rows)));
  }

  /** Kernel of all rows with one of them; valid until two more were asked for. */
  column(row: number): Float64Array {
    const known = this.#kept.get(row);
    if (known) {
      // To the end of the map: the one that was asked for last goes last.
      this.#kept.delete(row);
      this.#kept.set(row, known);
      return known;
    }
    let column: Float64Array | undefined;
    if (this.#kept.size >= this.#most) {
      const [oldest, values] = this.#kept.entries().next().value!;
      this.#kept.delete(oldest);
      column = values;
    }
    column ??= new Float64Array(this.#x.rows);
    const { data, cols, rows } = this.#x;
    for (let other = 0; other < rows; other++)
      column[other] = Math.exp(-this.#gamma * squaredDistance(data, other * cols, data, row * cols, cols));
    this.#kept.set(row, column);
    return column;
  }
}
