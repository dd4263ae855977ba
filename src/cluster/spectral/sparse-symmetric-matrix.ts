import type { SymmetricMatrix } from './symmetric-matrix.js';

/** A symmetric matrix of which only the elements that aren't 0 are kept, row by row. */
export class SparseSymmetricMatrix implements SymmetricMatrix {
  readonly size: number;
  /** Where the elements of each row start, and at last where they end. */
  readonly #starts: Int32Array;
  readonly #cols: Int32Array;
  readonly #values: Float64Array;

  /** @param rows the values of each row by their columns; (i, j) and (j, i) must be equal */
  constructor(rows: readonly ReadonlyMap<number, number>[]) {
    this.size = rows.length;
    this.#starts = new Int32Array(rows.length + 1);
    rows.forEach((row, i) => {
      this.#starts[i + 1] = this.#starts[i]! + row.size;
    });
    const count = this.#starts[rows.length]!;
    this.#cols = new Int32Array(count);
    this.#values = new Float64Array(count);
    rows.forEach((row, i) => {
      const start = this.#starts[i]!;
      const cols = Int32Array.from(row.keys()).sort();
      this.#cols.set(cols, start);
      cols.forEach((col, at) => {
        this.#values[start + at] = row.get(col)!;
      });
    });
  }

  rowSums(): Float64Array {
    return Float64Array.from({ length: this.size }, (_, row) =>
      this.#values.subarray(this.#starts[row], this.#starts[row + 1]).reduce((a, b) => a + b, 0),
    );
  }

  scale(factors: Float64Array): void {
    for (let row = 0; row < this.size; row++)
      for (let i = this.#starts[row]!; i < this.#starts[row + 1]!; i++)
        this.#values[i]! *= factors[row]! * factors[this.#cols[i]!]!;
  }

  multiply(vectors: Float64Array, out: Float64Array, from: number, count: number): void {
    const { size } = this;
    const starts = this.#starts;
    const cols = this.#cols;
    const values = this.#values;
    for (let start = from; start < from + count * size; start += size) {
      for (let row = 0; row < size; row++) {
        const end = starts[row + 1]!;
        let sum = 0;
        for (let i = starts[row]!; i < end; i++) sum += values[i]! * vectors[start + cols[i]!]!;
        out[start + row] = sum;
      }
    }
  }

  forEachInRow(row: number, visit: (col: number) => void): void {
    const end = this.#starts[row + 1]!;
    for (let i = this.#starts[row]!; i < end; i++) visit(this.#cols[i]!);
  }
}
