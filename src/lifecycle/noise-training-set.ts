import { pooledMel } from '../audio/pooled-mel.js';
import type { Matrix } from '../cluster/matrix.js';
import { PlantsenseError } from '../errors.js';
import type { FeatureOptions } from './feature-set.js';
import type { ModelCard } from './model-card.js';

/** Pooled features of events, as `fitNoise` takes them. */
export interface NoiseTrainingSet {
  /** `[events, 2 bands]` */
  readonly rows: Matrix;
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
}

interface Row {
  readonly eventId: string;
  readonly timeUs: number;
  readonly pooled: Float32Array;
}

/**
 * Collects events for training, as pooled features: 1 kB an event. The result depends on which events came, not on
 * the order in which partitions delivered them, and an event that comes twice counts once.
 */
export class NoiseTrainingWindow {
  readonly #options: Required<TrainingWindowOptions>;
  readonly #rows = new Map<string, Row>();
  readonly #seen = new Map<string, ModelCard['data']['seen'][number]>();

  constructor(options: TrainingWindowOptions) {
    this.#options = { maxEvents: 20_000, ...options };
  }

  /** Events that are in the window. */
  get size(): number {
    return Math.min(this.#rows.size, this.#options.maxEvents);
  }

  /** @throws PlantsenseError MATRIX_INVALID when the tensor is of another feature set or shape */
  add(event: TrainingEvent): void {
    const { bands, frames, featureSet, maxEvents } = this.#options;
    if (event.featureSet !== featureSet || event.logMel.length !== bands * frames)
      throw new PlantsenseError(
        'MATRIX_INVALID',
        `Event ${event.eventId} has ${event.logMel.length} features of ${event.featureSet}, not ${bands * frames} of ${featureSet}.`,
      );
    const pooled = pooledMel(event.logMel, bands);
    this.#rows.set(event.eventId, { eventId: event.eventId, timeUs: event.timeUs, pooled });
    // Sorting at each event would cost more than a window that is a little too long.
    if (this.#rows.size >= 2 * maxEvents) this.#trim();
  }

  /** Notes that a partition was read up to `offset`. */
  saw(topic: string, partition: number, offset: number): void {
    this.#seen.set(`${topic}/${partition}`, { topic, partition, offset });
  }

  /** @throws PlantsenseError TRAINING_DATA_INSUFFICIENT when the window is empty */
  trainingSet(): NoiseTrainingSet {
    const sorted = this.#trim();
    const { bands, frames, featureSet, featureOptions } = this.#options;
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
    for (const row of sorted.slice(0, excess)) this.#rows.delete(row.eventId);
    return sorted.slice(excess);
  }
}
