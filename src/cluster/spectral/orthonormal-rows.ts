import { GROUP, RowGroups } from '../distances/row-groups.js';

/** Orthonormal vectors, kept so that their shares are quickly taken out of others. */
export class OrthonormalRows {
  readonly #size: number;
  #groups: RowGroups;
  #count = 0;

  /** @param size numbers of a vector */
  constructor(size: number) {
    this.#size = size;
    this.#groups = new RowGroups(GROUP, size);
  }

  get count(): number {
    return this.#count;
  }

  /** Adds vectors, each `size` numbers that stand together. */
  add(vectors: Float64Array): void {
    const count = this.#count + vectors.length / this.#size;
    this.#reserve(count);
    for (let row = this.#count; row < count; row++)
      this.#groups.set(row, vectors, (row - this.#count) * this.#size);
    this.#count = count;
  }

  /** Forgets all but the first vectors. */
  truncate(count: number): void {
    const none = new Float64Array(this.#size);
    for (let row = count; row < this.#count; row++) this.#groups.set(row, none);
    this.#count = count;
  }

  /** Takes out of {@link GROUP} vectors at most what lies along these, in place. */
  subtractFrom(vectors: Float64Array): void {
    const end = Math.ceil(this.#count / GROUP);
    const work = this.#groups.groups - 1;
    this.#groups.clear(work, work + 1);
    for (let start = 0, row = GROUP * work; start < vectors.length; start += this.#size)
      this.#groups.set(row++, vectors, start);
    this.#groups.innerProducts(work, 0, end);
    this.#groups.subtractCombinations(work, 0, end);
    for (let start = 0, row = GROUP * work; start < vectors.length; start += this.#size)
      this.#groups.get(row++, vectors, start);
  }

  /** Room for so many, and a group to work with. */
  #reserve(count: number): void {
    const groups = Math.ceil(count / GROUP) + 1;
    if (groups <= this.#groups.groups) return;
    const larger = new RowGroups(GROUP * 2 * groups, this.#size);
    const vector = new Float64Array(this.#size);
    for (let row = 0; row < this.#count; row++) {
      this.#groups.get(row, vector);
      larger.set(row, vector);
    }
    this.#groups = larger;
  }
}
