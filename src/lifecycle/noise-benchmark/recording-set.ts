import { createHash } from 'node:crypto';
import { pooledMel } from '../../audio/pooled-mel.js';
import type { Matrix } from '../../cluster/matrix.js';
import { PlantsenseError } from '../../errors.js';
import { NpySource } from '../../nn/training/npy-source.js';
import type { RowSource } from '../../nn/training/row-source.js';
import { TensorFile } from '../tensor-file.js';

/** Known classes of recordings. */
export interface KnownClasses {
  readonly names: readonly string[];
  /** Place of each recording's class in `names`. */
  readonly truth: Int32Array;
}

/** What methods are compared on. */
export interface BenchmarkData {
  /** Log-mel spectrograms, `[bands, frames]` each: what networks learn from, and baselines on flat ones. */
  readonly spectrograms: RowSource;
  /** Mean and standard deviation of each band, `[recordings, 2 bands]`: what the other baselines learn from. */
  readonly pooled: Matrix;
  readonly classes: KnownClasses | null;
  /** Of all spectrograms and classes: results of other recordings are not mixed with these. */
  readonly fingerprint: string;
}

/** Collects recordings: their spectrograms in a file, which may be larger than memory. */
export class RecordingSet {
  readonly #file: TensorFile;
  readonly #bands: number;
  readonly #pooled: Float32Array[] = [];
  readonly #classOf: (string | null)[] = [];
  readonly #hash = createHash('sha256');

  /**
   * @param path where to keep the spectrograms (.npy)
   * @param shape `[bands, frames]` of each
   */
  constructor(path: string, shape: readonly [number, number]) {
    this.#file = new TensorFile(path, shape);
    this.#bands = shape[0];
  }

  /**
   * @param logMel `[bands, frames]`
   * @param className null when classes are not known
   * @throws PlantsenseError DISK_FULL, FILE_NOT_WRITABLE
   */
  async add(logMel: Float32Array, className: string | null): Promise<void> {
    await this.#file.write(this.#pooled.length, logMel);
    this.#pooled.push(pooledMel(logMel, this.#bands));
    this.#classOf.push(className);
    this.#hash.update(logMel).update(JSON.stringify(className));
  }

  /** Gives it up, when {@link finish} will not be called. */
  async abandon(): Promise<void> {
    await this.#file.close();
  }

  /**
   * Ends the collection. Close what it gives after use.
   * @throws PlantsenseError TRAINING_DATA_INSUFFICIENT without recordings; DISK_FULL, FILE_NOT_WRITABLE
   */
  async finish(): Promise<BenchmarkData & { close(): Promise<void> }> {
    await this.#file.finish();
    const rows = this.#pooled.length;
    if (rows === 0)
      throw new PlantsenseError(
        'TRAINING_DATA_INSUFFICIENT',
        'There are no recordings to compare methods on.',
      );
    const cols = 2 * this.#bands;
    const data = new Float32Array(rows * cols);
    for (const [row, values] of this.#pooled.entries()) data.set(values, row * cols);
    const spectrograms = await NpySource.open(this.#file.path);
    return {
      spectrograms,
      pooled: { data, rows, cols },
      classes: this.#classes(),
      fingerprint: this.#hash.digest('hex'),
      close: () => spectrograms.close(),
    };
  }

  #classes(): KnownClasses | null {
    const known = this.#classOf.filter(name => name !== null);
    if (known.length < this.#classOf.length) return null;
    const names = [...new Set(known)].sort();
    const places = new Map(names.map((name, i) => [name, i]));
    return { names, truth: Int32Array.from(known, name => places.get(name)!) };
  }
}
