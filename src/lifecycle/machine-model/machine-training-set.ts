import { createHash } from 'node:crypto';
import { PlantsenseError } from '../../errors.js';
import type { ModelCard } from '../model-card.js';
import { TensorFile } from '../tensor-file.js';
import type { ChosenSegments } from './choose-segments.js';
import type { SegmentedRecording, SegmentSet } from './segment-set.js';
import type { SegmentKind } from './segment-window.js';

/** Segments of a topic that a model is made of. Its recordings are stretches of streams. */
export interface MachineTrainingSet extends SegmentSet {
  readonly featureSet: string;
  readonly parts: Readonly<Record<keyof ChosenSegments, readonly SegmentedRecording[]>>;
  /** Of the segments that are learnt from, by their row from 0 on: what tells them apart from all others. */
  readonly ranks: Float64Array;
  readonly data: Omit<ModelCard['data'], 'rows'>;
  /** Event time of the newest segment that the topic had, learnt from or not. */
  readonly newestUs: number;
}

/** A segment on its way to a training set. */
export interface TrainingSegment {
  readonly rank: number;
  /** null for one of a reservoir, of before the window. */
  readonly startTimeUs: number | null;
  /** `[bins, columns]` */
  readonly tensor: Float32Array;
}

/** What is known of the topic beside the segments that were chosen. */
export interface TopicState extends Pick<MachineTrainingSet, 'newestUs'> {
  readonly seen: readonly ModelCard['data']['seen'][number][];
}

/** How long segments are. */
export interface SegmentTimes {
  readonly secs: number;
  readonly stepSecs: number;
}

/** Collects a training set stretch by stretch, what is learnt from first: its tensors go to a file. */
export class MachineSetCollector {
  readonly #path: string;
  readonly #kind: SegmentKind;
  readonly #times: SegmentTimes;
  readonly #file: TensorFile;
  readonly #hash = createHash('sha256');
  readonly #parts: Record<keyof ChosenSegments, SegmentedRecording[]> = {
    training: [],
    validation: [],
    judged: [],
  };
  readonly #ranks: number[] = [];
  #rows = 0;
  #fromUs = Number.POSITIVE_INFINITY;
  #toUs = Number.NEGATIVE_INFINITY;

  /** @param path where to keep the tensors (.npy) */
  constructor(path: string, kind: SegmentKind, times: SegmentTimes) {
    this.#path = path;
    this.#kind = kind;
    this.#times = times;
    this.#file = new TensorFile(path, kind.shape);
    this.#hash.update(kind.featureSet);
  }

  /**
   * @param name of the stretch
   * @throws PlantsenseError DISK_FULL, FILE_NOT_WRITABLE; what the segments throw
   */
  async add(
    part: keyof ChosenSegments,
    name: string,
    segments: AsyncIterable<TrainingSegment> | Iterable<TrainingSegment>,
  ): Promise<void> {
    const first = this.#rows;
    this.#hash.update(JSON.stringify([part, name]));
    for await (const { rank, startTimeUs, tensor } of segments) {
      await this.#file.write(this.#rows++, tensor);
      this.#hash.update(`${rank} `);
      if (part === 'training') this.#ranks.push(rank);
      this.#fromUs = Math.min(this.#fromUs, startTimeUs ?? this.#fromUs);
      this.#toUs = Math.max(this.#toUs, startTimeUs ?? this.#toUs);
    }
    const rows = this.#rows - first;
    if (rows === 0) return;
    const durationSecs = this.#times.secs + (rows - 1) * this.#times.stepSecs;
    const recording = { name, first, rows, durationSecs, silent: 0, resampledFromHz: null, clippedShare: 0 };
    this.#parts[part].push(recording);
  }

  /** Gives it up, when {@link finish} will not be called. */
  async abandon(): Promise<void> {
    await this.#file.close();
  }

  /**
   * @throws PlantsenseError TRAINING_DATA_INSUFFICIENT without segments to learn from or to tell thresholds by; DISK_FULL,
   *   FILE_NOT_WRITABLE
   */
  async finish({ newestUs, seen }: TopicState): Promise<MachineTrainingSet> {
    const { training, validation, judged } = this.#parts;
    await (this.#rows > 0 ? this.#file.finish() : this.abandon());
    if (training.length === 0 || validation.length === 0)
      throw new PlantsenseError(
        'TRAINING_DATA_INSUFFICIENT',
        'The segments that a model was to be made of are no longer in the topic.',
      );
    const [bins = 0, columns = 0] = this.#kind.shape;
    return {
      tensors: { path: this.#path },
      shape: [bins, columns],
      recordings: [...training, ...validation, ...judged],
      parts: this.#parts,
      fingerprint: this.#hash.digest('hex'),
      featureSet: this.#kind.featureSet,
      ranks: Float64Array.from(this.#ranks),
      data: { fromUs: this.#fromUs, toUs: this.#toUs, seen: [...seen] },
      newestUs,
    };
  }
}
