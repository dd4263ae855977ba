import { GROUP, RowGroups } from '../distances/row-groups.js';
import type { SymmetricMatrix } from './symmetric-matrix.js';

/** A symmetric matrix with all its elements. */
export class DenseSymmetricMatrix implements SymmetricMatrix {
  readonly size: number;
  readonly #data: Float64Array;
  /** Made when it is first needed. */
  #groups: RowGroups | undefined;

  /** @param data `[size, size]`, symmetric; kept, not copied */
  constructor(data: Float64Array, size: number) {
    this.size = size;
    this.#data = data;
  }

  rowSums(): Float64Array {
    const sums = new Float64Array(this.size);
    for (let row = 0; row < this.size; row++) for (const value of this.#row(row)) sums[row]! += value;
    return sums;
  }

  scale(factors: Float64Array): void {
    this.#groups = undefined;
    for (let row = 0; row < this.size; row++) {
      const values = this.#row(row);
      for (let col = 0; col < this.size; col++) values[col]! *= factors[row]! * factors[col]!;
    }
  }

  multiply(vectors: Float64Array, out: Float64Array, from: number, count: number): void {
    const { size } = this;
    this.#groups ??= this.#grouped();
    const groups = this.#groups;
    const last = groups.groups - 1;
    for (let done = 0; done < count; done += GROUP) {
      const some = Math.min(GROUP, count - done);
      for (let i = 0; i < some; i++) groups.set(GROUP * last + i, vectors, from + (done + i) * size);
      groups.innerProducts(last, 0, last);
      for (let i = 0; i < some; i++) {
        const start = i * groups.stride;
        out.set(groups.strip.subarray(start, start + size), from + (done + i) * size);
      }
    }
  }

  forEachInRow(row: number, visit: (col: number) => void): void {
    const values = this.#row(row);
    for (let col = 0; col < this.size; col++) if (values[col] !== 0) visit(col);
  }

  /** The rows for the kernels, with a group more for the vectors. */
  #grouped(): RowGroups {
    const { size } = this;
    const groups = new RowGroups(GROUP * (Math.ceil(size / GROUP) + 1), size);
    for (let row = 0; row < size; row++) groups.set(row, this.#data, row * size);
    return groups;
  }

  #row(row: number): Float64Array {
    return this.#data.subarray(row * this.size, (row + 1) * this.size);
  }
}
