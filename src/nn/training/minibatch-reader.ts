import { Random } from '../../random.js';
import { deriveSeed, RANDOM_FOR } from './derive-seed.js';
import { type RowSource, rowSize } from './row-source.js';

/** Rows that were read for one step. The values are good until the next but one is read. */
export interface ReadRows {
  readonly indices: Int32Array;
  readonly values: Float32Array;
}

interface Reading {
  readonly epoch: number;
  readonly index: number;
  readonly rows: Promise<ReadRows>;
}

/**
 * Reads a source in minibatches, each epoch in another order, and always one ahead: the next rows come from disk while
 * the last ones are computed. The last minibatch of an epoch may be shorter.
 */
export class MinibatchReader {
  /** Minibatches of an epoch. */
  readonly count: number;
  readonly #source: RowSource;
  readonly #batchSize: number;
  readonly #seed: number;
  readonly #buffers: readonly [Float32Array, Float32Array];
  #order: { readonly epoch: number; readonly rows: Int32Array } | undefined;
  #ahead: Reading | undefined;
  #readings = 0;

  constructor(source: RowSource, batchSize: number, seed: number) {
    const size = rowSize(source.shape) * batchSize;
    this.count = Math.ceil(source.rows / batchSize);
    this.#source = source;
    this.#batchSize = batchSize;
    this.#seed = seed;
    this.#buffers = [new Float32Array(size), new Float32Array(size)];
  }

  async read(epoch: number, index: number): Promise<ReadRows> {
    const isAhead = this.#ahead?.epoch === epoch && this.#ahead.index === index;
    if (!isAhead) await this.close();
    const rows = await (isAhead ? this.#ahead! : this.#start(epoch, index)).rows;
    const isLast = index + 1 === this.count;
    this.#ahead = isLast ? this.#start(epoch + 1, 0) : this.#start(epoch, index + 1);
    return rows;
  }

  /** Waits for what is being read. */
  async close(): Promise<void> {
    await this.#ahead?.rows.catch(() => {});
    this.#ahead = undefined;
  }

  #start(epoch: number, index: number): Reading {
    const indices = this.#rowsOf(epoch).slice(index * this.#batchSize, (index + 1) * this.#batchSize);
    const buffer = this.#buffers[this.#readings++ % 2]!;
    const values = buffer.subarray(0, indices.length * rowSize(this.#source.shape));
    const rows = (async () => {
      await this.#source.read(indices, values);
      return { indices, values };
    })();
    // Who reads sees the error; nobody may.
    rows.catch(() => {});
    return { epoch, index, rows };
  }

  #rowsOf(epoch: number): Int32Array {
    if (this.#order?.epoch !== epoch) {
      const rows = Int32Array.from({ length: this.#source.rows }, (_, row) => row);
      new Random(deriveSeed(this.#seed, RANDOM_FOR.order, epoch)).shuffle(rows);
      this.#order = { epoch, rows };
    }
    return this.#order.rows;
  }
}
