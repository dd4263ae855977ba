import { createHash } from 'node:crypto';
import { pooledMel } from '../audio/pooled-mel.js';
import { PlantsenseError } from '../errors.js';
import type { ModelCard } from './model-card.js';
import type { NoiseTrainingSet } from './noise-training-set.js';
import { TensorFile } from './tensor-file.js';

/** An event for training. */
export interface TrainingEvent {
  readonly eventId: string;
  readonly timeUs: number;
  readonly featureSet: string;
  /** `[bands, frames]` */
  readonly logMel: Float32Array;
}

export interface TrainingWindowOptions
  extends Pick<NoiseTrainingSet, 'bands' | 'frames' | 'featureSet' | 'featureOptions'> {
  /** Most events to keep; of more a sample is kept. Default 20,000. */
  readonly maxEvents?: number;
  /** Keeps the spectrograms in a new .npy file: 165 kB an event of 128 x 323. Default: it does not keep them. */
  readonly tensorPath?: string | null;
}

interface Row {
  readonly eventId: string;
  readonly timeUs: number;
  /** Where the event stands in the sample, 0 to 2^48. */
  readonly rank: number;
  readonly pooled: Float32Array;
  /** In the file of spectrograms. */
  readonly place: number;
}

const DEFAULT_MAX_EVENTS = 20_000;
/** How far a window may grow beyond its limit before it is cut: sorting at each event would cost more. */
const SLACK = 1.1;

/**
 * Collects events for training, as pooled features: some 1.3 kB of memory an event, whether spectrograms are kept on disk
 * or not. Of more events than it may keep it has a sample, each event as likely as any other: those whose ids have the
 * lowest hashes (bottom-k sampling, Cohen and Kaplan 2007). So a busy day is a sample of the whole day, not its last
 * minutes, and what does not come into the sample is never written.
 *
 * The result depends on which events came, not on the order in which partitions delivered them, and an event that comes
 * twice counts once.
 */
export class NoiseTrainingWindow {
  readonly #options: Required<TrainingWindowOptions>;
  readonly #rows = new Map<string, Row>();
  readonly #seen = new Map<string, ModelCard['data']['seen'][number]>();

  readonly #tensors: TensorFile | null;
  /** Places in the file whose events were dropped. */
  readonly #free: number[] = [];
  #places = 0;
  /** What stands behind this does not come into the sample. */
  #lastRank = Number.POSITIVE_INFINITY;

  constructor(options: TrainingWindowOptions) {
    this.#options = { maxEvents: DEFAULT_MAX_EVENTS, tensorPath: null, ...options };
    const { tensorPath, bands, frames } = this.#options;
    this.#tensors = tensorPath === null ? null : new TensorFile(tensorPath, [bands, frames]);
  }

  /** Events that are in the window. */
  get size(): number {
    return Math.min(this.#rows.size, this.#options.maxEvents);
  }

  /**
   * Takes one event; the next after the promise has resolved. That is how whoever reads them waits for the disk.
   *
   * @throws PlantsenseError MATRIX_INVALID when the tensor is of another feature set or shape; DISK_FULL,
   *   FILE_NOT_WRITABLE
   */
  async add(event: TrainingEvent): Promise<void> {
    const { bands, frames, featureSet, maxEvents } = this.#options;
    if (event.featureSet !== featureSet || event.logMel.length !== bands * frames)
      throw new PlantsenseError(
        'MATRIX_INVALID',
        `Event ${event.eventId} has ${event.logMel.length} features of ${event.featureSet}, not ${bands * frames} of ${featureSet}.`,
      );
    const { eventId, timeUs, logMel } = event;
    const rank = rankOf(eventId);
    if (rank > this.#lastRank) return;
    const place = this.#rows.get(eventId)?.place ?? this.#free.pop() ?? this.#places++;
    this.#rows.set(eventId, { eventId, timeUs, rank, pooled: pooledMel(logMel, bands), place });
    await this.#tensors?.write(place, logMel);
    if (this.#rows.size >= maxEvents * SLACK) this.#trim();
  }

  /** Gives it up, when {@link trainingSet} will not be called. */
  async abandon(): Promise<void> {
    await this.#tensors?.close();
  }

  /** Notes that a partition was read up to `offset`. */
  saw(topic: string, partition: number, offset: number): void {
    this.#seen.set(`${topic}/${partition}`, { topic, partition, offset });
  }

  /**
   * Ends the window: nothing can be added afterwards.
   * @throws PlantsenseError TRAINING_DATA_INSUFFICIENT when the window is empty; DISK_FULL, FILE_NOT_WRITABLE
   */
  async trainingSet(): Promise<NoiseTrainingSet> {
    this.#trim();
    const { bands, frames, featureSet, featureOptions } = this.#options;
    const sorted = [...this.#rows.values()].sort((a, b) => a.timeUs - b.timeUs || byId(a, b));
    await this.#tensors?.finish();
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

  /** Drops what is beyond the limit. */
  #trim(): void {
    const { maxEvents } = this.#options;
    if (this.#rows.size <= maxEvents) return;
    const sorted = [...this.#rows.values()].sort((a, b) => a.rank - b.rank || byId(a, b));
    for (const { eventId, place } of sorted.slice(maxEvents)) {
      this.#rows.delete(eventId);
      this.#free.push(place);
    }
    this.#lastRank = sorted[maxEvents - 1]!.rank;
  }
}

/** A number that any event id has as likely as any other, always the same one. */
function rankOf(eventId: string): number {
  return createHash('sha256').update(eventId).digest().readUIntBE(0, 6);
}

function byId(a: Row, b: Row): number {
  return a.eventId < b.eventId ? -1 : 1;
}
