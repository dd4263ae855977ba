import { pooledMel } from '../audio/pooled-mel.js';
import type { Matrix } from '../cluster/matrix.js';
import { PlantsenseError } from '../errors.js';
import type { FeatureOptions } from './feature-set.js';
import type { ModelCard } from './model-card.js';
import { TensorFile } from './tensor-file.js';

/** Spectrograms of a training set in a file: more than memory may hold. */
export interface StoredTensors {
  /** Of a .npy file, `[places, bands, frames]`. */
  readonly path: string;
  /** The place in the file of each row of the set. */
  readonly places: Int32Array;
}

/** Events as `fitNoise` takes them. */
export interface NoiseTrainingSet {
  /** Pooled features, `[events, 2 bands]`. */
  readonly rows: Matrix;
  /** The spectrograms, which networks learn from; null when they were not kept. */
  readonly tensors: StoredTensors | null;
  readonly bands: number;
  readonly frames: number;
  readonly featureSet: string;
  readonly featureOptions: FeatureOptions;
  /** Event times of the oldest and the newest event. */
  readonly fromUs: number;
  readonly toUs: number;
  /** How far the topic's partitions had been read; empty for files. */
  readonly seen: ModelCard['data']['seen'];
}

/** An event for training. */
export interface TrainingEvent {
  readonly eventId: string;
  readonly timeUs: number;
  readonly featureSet: string;
  /** `[bands, frames]` */
  readonly logMel: Float32Array;
}

export interface TrainingWindowOptions {
  readonly bands: number;
  readonly frames: number;
  readonly featureSet: string;
  readonly featureOptions: FeatureOptions;
  /** Most events to keep; the oldest are dropped. Default 20,000. */
  readonly maxEvents?: number;
  /** Keeps the spectrograms in a new .npy file: 165 kB an event of 128 x 323. Default: it does not keep them. */
  readonly tensorPath?: string | null;
}

interface Row {
  readonly eventId: string;
  readonly timeUs: number;
  readonly pooled: Float32Array;
  /** In the file of spectrograms. */
  readonly place: number;
}

/** How far a window may grow beyond its limit before it is cut, without spectrograms and with them. */
const SLACK = { pooled: 2, tensors: 1.1 };

/**
 * Collects events for training, as pooled features: 1 kB of memory an event, whether spectrograms are kept on disk or not.
 * The result depends on which events came, not on
 * the order in which partitions delivered them, and an event that comes twice counts once.
 */
export class NoiseTrainingWindow {
  readonly #options: Required<TrainingWindowOptions>;
  readonly #rows = new Map<string, Row>();
  readonly #seen = new Map<string, ModelCard['data']['seen'][number]>();

  readonly #tensors: TensorFile | null;
  /** Places in the file whose events were dropped. */
  readonly #free: number[] = [];
  #places = 0;

  /** @throws PlantsenseError FILE_NOT_WRITABLE */
  constructor(options: TrainingWindowOptions) {
    this.#options = { maxEvents: 20_000, tensorPath: null, ...options };
    const { tensorPath, bands, frames } = this.#options;
    this.#tensors = tensorPath === null ? null : new TensorFile(tensorPath, [bands, frames]);
  }

  /** Events that are in the window. */
  get size(): number {
    return Math.min(this.#rows.size, this.#options.maxEvents);
  }

  /**
   * @throws PlantsenseError MATRIX_INVALID when the tensor is of another feature set or shape; DISK_FULL,
   *   FILE_NOT_WRITABLE
   */
  add(event: TrainingEvent): void {
    const { bands, frames, featureSet, maxEvents } = this.#options;
    if (event.featureSet !== featureSet || event.logMel.length !== bands * frames)
      throw new PlantsenseError(
        'MATRIX_INVALID',
        `Event ${event.eventId} has ${event.logMel.length} features of ${event.featureSet}, not ${bands * frames} of ${featureSet}.`,
      );
    const { eventId, timeUs, logMel } = event;
    const place = this.#rows.get(eventId)?.place ?? this.#free.pop() ?? this.#places++;
    this.#rows.set(eventId, { eventId, timeUs, pooled: pooledMel(logMel, bands), place });
    this.#tensors?.write(place, logMel);
    // Sorting at each event would cost more than a window that is a little too long.
    if (this.#rows.size >= maxEvents * (this.#tensors ? SLACK.tensors : SLACK.pooled)) this.#trim();
  }

  /** Gives it up, when {@link trainingSet} will not be called. */
  abandon(): void {
    this.#tensors?.close();
  }

  /** Notes that a partition was read up to `offset`. */
  saw(topic: string, partition: number, offset: number): void {
    this.#seen.set(`${topic}/${partition}`, { topic, partition, offset });
  }

  /**
   * Ends the window: nothing can be added afterwards.
   * @throws PlantsenseError TRAINING_DATA_INSUFFICIENT when the window is empty
   */
  trainingSet(): NoiseTrainingSet {
    const sorted = this.#trim();
    const { bands, frames, featureSet, featureOptions } = this.#options;
    this.#tensors?.finish();
    if (sorted.length === 0)
      throw new PlantsenseError('TRAINING_DATA_INSUFFICIENT', 'There are no events to train on.');
    const data = new Float32Array(sorted.length * 2 * bands);
    sorted.forEach((row, i) => {
      data.set(row.pooled, i * 2 * bands);
    });
    const seen = [...this.#seen.values()].sort((a, b) =>
      a.topic === b.topic ? a.partition - b.partition : a.topic < b.topic ? -1 : 1,
    );
    return {
      rows: { data, rows: sorted.length, cols: 2 * bands },
      tensors: this.#tensors && {
        path: this.#tensors.path,
        places: Int32Array.from(sorted, ({ place }) => place),
      },
      bands,
      frames,
      featureSet,
      featureOptions,
      fromUs: sorted[0]!.timeUs,
      toUs: sorted.at(-1)!.timeUs,
      seen,
    };
  }

  /** Drops the oldest events beyond the limit; the rest by time and id. */
  #trim(): Row[] {
    const sorted = [...this.#rows.values()].sort(
      (a, b) => a.timeUs - b.timeUs || (a.eventId < b.eventId ? -1 : 1),
    );
    const excess = Math.max(0, sorted.length - this.#options.maxEvents);
    for (const { eventId, place } of sorted.slice(0, excess)) {
      this.#rows.delete(eventId);
      this.#free.push(place);
    }
    return sorted.slice(excess);
  }
}
