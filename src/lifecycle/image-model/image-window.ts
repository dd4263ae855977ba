import { PlantsenseError } from '../../errors.js';
import { idRank } from '../machine-model/id-rank.js';
import type { ModelCard } from '../model-card.js';
import type { ImageTrainingSet } from './image-training-set.js';

/** A picture to learn from. */
export interface TrainingImage {
  readonly id: string;
  readonly timeUs: number;
  readonly nearLabel: string | null;
  readonly features: Float32Array;
}

interface Row extends TrainingImage {
  readonly rank: number;
}

/** How far a window may grow beyond its limit before it is cut: sorting at each picture would cost more. */
const SLACK = 1.1;

/**
 * Collects pictures to learn from, in memory; of more than it may keep a sample, those whose ids have the lowest hashes: see
 * `NoiseTrainingWindow`. The result depends on which pictures came, not on their order, and one that comes twice counts once.
 */
export class ImageWindow {
  readonly #encoder: string;
  readonly #dimensions: number;
  readonly #most: number;
  readonly #rows = new Map<string, Row>();
  readonly #seen = new Map<string, ModelCard['data']['seen'][number]>();
  /** What stands behind this does not come into the sample. */
  #lastRank = Number.POSITIVE_INFINITY;

  /** @param most pictures to keep */
  constructor(encoder: string, dimensions: number, most: number) {
    this.#encoder = encoder;
    this.#dimensions = dimensions;
    this.#most = most;
  }

  /** Pictures that are in the window. */
  get size(): number {
    return Math.min(this.#rows.size, this.#most);
  }

  /**
   * Takes one picture.
   * @throws PlantsenseError FEATURES_MISMATCH when it has another number of features
   */
  add({ id, timeUs, nearLabel, features }: TrainingImage): void {
    if (features.length !== this.#dimensions)
      throw new PlantsenseError(
        'FEATURES_MISMATCH',
        `Image ${id} has ${features.length} features of ${this.#encoder}, not ${this.#dimensions}.`,
      );
    const rank = idRank(id);
    if (rank > this.#lastRank) return;
    // A copy: what it came with, a whole batch of messages, can go.
    this.#rows.set(id, { id, timeUs, nearLabel, features: features.slice(), rank });
    if (this.#rows.size >= this.#most * SLACK) this.#trim();
  }

  /** Notes that a partition was read up to `offset`. */
  saw(topic: string, partition: number, offset: number): void {
    this.#seen.set(`${topic}/${partition}`, { topic, partition, offset });
  }

  /** @throws PlantsenseError TRAINING_DATA_INSUFFICIENT when the window is empty */
  trainingSet(): ImageTrainingSet {
    this.#trim();
    const rows = [...this.#rows.values()].sort((a, b) => a.timeUs - b.timeUs || (a.id < b.id ? -1 : 1));
    const [oldest, newest] = [rows[0], rows.at(-1)];
    if (!oldest || !newest)
      throw new PlantsenseError('TRAINING_DATA_INSUFFICIENT', 'There are no images to learn from.');
    const data = new Float32Array(rows.length * this.#dimensions);
    rows.forEach(({ features }, i) => {
      data.set(features, i * this.#dimensions);
    });
    const seen = [...this.#seen.values()].sort((a, b) =>
      a.topic === b.topic ? a.partition - b.partition : a.topic < b.topic ? -1 : 1,
    );
    return {
      features: { data, rows: rows.length, cols: this.#dimensions },
      encoder: this.#encoder,
      ids: rows.map(({ id }) => id),
      fromUs: oldest.timeUs,
      toUs: newest.timeUs,
      nearLabels: rows.map(({ nearLabel }) => nearLabel),
      seen,
    };
  }

  /** Drops what is beyond the limit. */
  #trim(): void {
    if (this.#rows.size <= this.#most) return;
    const sorted = [...this.#rows.values()].sort((a, b) => a.rank - b.rank || (a.id < b.id ? -1 : 1));
    for (const { id } of sorted.slice(this.#most)) this.#rows.delete(id);
    this.#lastRank = sorted[this.#most - 1]!.rank;
  }
}
