import { PlantsenseError } from '../../errors.js';
import { Random } from '../../random.js';
import * as tf from '../tf.js';
import { deriveSeed, RANDOM_FOR } from '../training/derive-seed.js';

/** What is done to the rows that a denoising auto-encoder sees (Vincent et al. 2010); it learns to undo it. */
export type NoiseOptions =
  /** Adds normal noise. `std` is that of the noise, where the rows' is 1. */
  | { readonly type: 'gaussian'; readonly std: number }
  /** Sets a share of the values to 0, the rows' mean. */
  | { readonly type: 'masking'; readonly share: number }
  | { readonly type: 'none' };

const LEAST_POOL = 2 ** 16;
/** Two rows share a stretch of noise at the same places once in that many times the values of a row. */
const ROWS_IN_POOL = 16;

/**
 * Noise that costs a copy, not a random number for each value: a pool is drawn once, and each row of each step takes a
 * stretch of it from a random place.
 */
export class InputNoise {
  readonly #options: NoiseOptions;
  readonly #seed: number;
  readonly #rowSize: number;
  readonly #pool: Float32Array;

  /**
   * @param rowSize values in a row
   * @throws PlantsenseError PARAMETER_INVALID
   */
  constructor(options: NoiseOptions, rowSize: number, seed: number) {
    checkNoise(options);
    this.#options = options;
    this.#seed = seed;
    this.#rowSize = rowSize;
    const random = new Random(deriveSeed(seed, RANDOM_FOR.noise));
    const pool = new Float32Array(options.type === 'none' ? 0 : Math.max(LEAST_POOL, ROWS_IN_POOL * rowSize));
    for (let i = 0; i < pool.length; i++) {
      if (options.type === 'gaussian') pool[i] = options.std * random.normal();
      if (options.type === 'masking') pool[i] = random.next() < options.share ? 0 : 1;
    }
    this.#pool = pool;
  }

  /** The rows with the noise of a step: the same for the same step. */
  apply<T extends tf.Tensor>(x: T, step: number): T {
    if (this.#options.type === 'none') return x;
    const random = new Random(deriveSeed(this.#seed, RANDOM_FOR.noise, step + 1));
    const values = new Float32Array(x.size);
    for (let start = 0; start < values.length; start += this.#rowSize) {
      const from = random.int(this.#pool.length - this.#rowSize + 1);
      values.set(this.#pool.subarray(from, from + this.#rowSize), start);
    }
    const noise = tf.tensor(values, x.shape);
    return (this.#options.type === 'gaussian' ? tf.add(x, noise) : tf.mul(x, noise)) as T;
  }
}

function checkNoise(options: NoiseOptions): void {
  if (options.type === 'gaussian' && !(options.std >= 0 && options.std < Number.POSITIVE_INFINITY))
    throw new PlantsenseError('PARAMETER_INVALID', `The noise's std must be from 0, not ${options.std}.`);
  if (options.type === 'masking' && !(options.share >= 0 && options.share < 1))
    throw new PlantsenseError(
      'PARAMETER_INVALID',
      `The noise's share must be from 0 to below 1, not ${options.share}.`,
    );
}
