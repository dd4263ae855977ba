import { createHash } from 'node:crypto';
import { SEGMENT_SAMPLE_RATE_HZ, type Segmenter } from '../../audio/segments.js';
import { PlantsenseError } from '../../errors.js';
import { TensorFile } from '../tensor-file.js';
import type { MachineSound } from './machine-sound.js';
import { segmentBlocks } from './segment-blocks.js';

/** A recording whose segments lie in a file, one after another. */
export interface SegmentedRecording {
  readonly name: string;
  readonly durationSecs: number;
  /** Place of its first segment among all. */
  readonly first: number;
  readonly rows: number;
  /** Segments that were left out: of digital silence, when the machine was off. */
  readonly silent: number;
  readonly resampledFromHz: number | null;
  readonly clippedShare: number;
}

/** Recordings of a machine as segments. */
export interface SegmentSet {
  /** A .npy file, `[segments, bins, width]`. */
  readonly tensors: { readonly path: string };
  readonly shape: readonly [bins: number, width: number];
  readonly recordings: readonly SegmentedRecording[];
  /** Of all names, segments and options. */
  readonly fingerprint: string;
}

/** Collects recordings: their segments in a file, which may be larger than memory. */
export class SegmentCollector {
  readonly #file: TensorFile;
  readonly #path: string;
  readonly #segmenter: Segmenter;
  readonly #recordings: SegmentedRecording[] = [];
  readonly #hash = createHash('sha256');
  #rows = 0;

  /** @param path where to keep the segments (.npy) */
  constructor(path: string, segmenter: Segmenter) {
    this.#path = path;
    this.#segmenter = segmenter;
    this.#file = new TensorFile(path, this.#shape);
    this.#hash.update(JSON.stringify(segmenter.options));
  }

  /**
   * @throws PlantsenseError AUDIO_EMPTY, AUDIO_TOO_SHORT with the recording's name; DISK_FULL, FILE_NOT_WRITABLE
   */
  async add(
    name: string,
    { samples, resampledFromHz, clippedShare }: MachineSound,
  ): Promise<SegmentedRecording> {
    const first = this.#rows;
    let silent = 0;
    this.#hash.update(JSON.stringify(name));
    for (const { count, segments, levelsDb } of this.#blocks(name, samples)) {
      const size = segments.length / count;
      for (let i = 0; i < count; i++) {
        if (levelsDb[i] === null) {
          silent++;
          continue;
        }
        const segment = segments.subarray(i * size, (i + 1) * size);
        this.#hash.update(segment);
        await this.#file.write(this.#rows++, segment);
      }
    }
    const durationSecs = samples.length / SEGMENT_SAMPLE_RATE_HZ;
    const recording = {
      ...{ name, durationSecs, first, rows: this.#rows - first, silent },
      ...{ resampledFromHz, clippedShare },
    };
    this.#recordings.push(recording);
    return recording;
  }

  /** Gives it up, when {@link finish} will not be called. */
  async abandon(): Promise<void> {
    await this.#file.close();
  }

  /** @throws PlantsenseError TRAINING_DATA_INSUFFICIENT without segments; DISK_FULL, FILE_NOT_WRITABLE */
  async finish(): Promise<SegmentSet> {
    if (this.#rows === 0) {
      await this.abandon();
      throw new PlantsenseError(
        'TRAINING_DATA_INSUFFICIENT',
        this.#recordings.length === 0
          ? 'There are no recordings of the machine.'
          : `All ${this.#recordings.length} recordings are digital silence: the machine is not heard in them.`,
      );
    }
    await this.#file.finish();
    return {
      tensors: { path: this.#path },
      shape: this.#shape,
      recordings: this.#recordings,
      fingerprint: this.#hash.digest('hex'),
    };
  }

  get #shape(): readonly [number, number] {
    return [this.#segmenter.bins, this.#segmenter.options.width];
  }

  *#blocks(name: string, samples: Float32Array) {
    try {
      yield* segmentBlocks(this.#segmenter, samples);
    } catch (cause) {
      if (!(cause instanceof PlantsenseError)) throw cause;
      throw new PlantsenseError(cause.code, `${name}: ${cause.message}`, { cause });
    }
  }
}

/** The segments of some recordings, as places among all. */
export function rowsOf(recordings: readonly SegmentedRecording[]): Int32Array {
  const total = recordings.reduce((sum, { rows }) => sum + rows, 0);
  const out = new Int32Array(total);
  let at = 0;
  for (const { first, rows } of recordings) for (let i = 0; i < rows; i++) out[at++] = first + i;
  return out;
}
