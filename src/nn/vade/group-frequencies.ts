import type { NpyArray } from '../../npy.js';

/**
 * The sum of responsibilities over all rows, from which targets are made. It is that of the epoch before: each row of an
 * epoch is seen once, so it costs no pass of its own.
 */
export class GroupFrequencies {
  /** Of the whole set, `[groups]`. */
  #known: Float32Array;
  #counted: Float32Array;
  #epoch = 0;

  /** @param first before the first epoch, by the mixture that the training starts from */
  constructor(first: Float32Array) {
    this.#known = first;
    this.#counted = new Float32Array(first.length);
  }

  at(epoch: number): Float32Array {
    if (epoch !== this.#epoch) {
      this.#known = this.#counted;
      this.#counted = new Float32Array(this.#known.length);
      this.#epoch = epoch;
    }
    return this.#known;
  }

  /** @param sums of the responsibilities of a minibatch of the epoch */
  count(sums: ArrayLike<number>): void {
    for (let group = 0; group < this.#counted.length; group++) this.#counted[group]! += sums[group]!;
  }

  state(): ReadonlyMap<string, NpyArray> {
    return new Map<string, NpyArray>([
      ['frequencies', this.#known],
      ['counted', this.#counted],
      ['epoch', Int32Array.of(this.#epoch)],
    ]);
  }

  restore(state: ReadonlyMap<string, NpyArray>): void {
    this.#known = Float32Array.from(state.get('frequencies')!);
    this.#counted = Float32Array.from(state.get('counted')!);
    this.#epoch = state.get('epoch')![0]!;
  }
}
