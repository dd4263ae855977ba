import { isDeepStrictEqual } from 'node:util';
import { Segmenter, type SegmentOptions } from '../audio/segments.js';
import { PlantsenseError } from '../errors.js';
import { EntityModels } from '../lifecycle/entity-models.js';
import { MACHINE_METHOD, MachineModel } from '../lifecycle/machine-model/machine-model.js';
import { segmentStride } from '../lifecycle/machine-model/segment-blocks.js';
import { segmentDuration } from '../lifecycle/machine-model/segment-duration.js';
import { segmentFeatureSet } from '../lifecycle/machine-model/segment-features.js';
import { loadModel, type ModelStore } from '../lifecycle/model-store.js';
import { memorySource } from '../nn/training/row-source.js';
import type { ModelAnnouncement } from '../records/types.js';
import type { HeardSegment } from './machine-lane.js';
import { machineFeaturesRecord } from './machine-records.js';
import type { SegmentScore } from './machine-state.js';
import type { Outgoing } from './outgoing.js';

/** A model that scores nothing, and why. */
export interface RefusedModel {
  readonly version: string;
  readonly code: PlantsenseError['code'];
  readonly message: string;
}

/** What scoring needs of whoever asks for it. */
export interface ScoringHooks {
  /** Before the first model is opened. */
  readonly openTensors: () => Promise<void>;
  /** Told of each model that can't be used, once until more are announced. */
  readonly refused: (model: RefusedModel) => void;
}

export interface ScoredSegments {
  /** In the order of the segments; null for one that no model scores. */
  readonly scores: readonly (SegmentScore | null)[];
  /** The tensors' records; null where they are not published, as of replays and machines that are off. */
  readonly features: readonly (Outgoing | null)[];
  /** How many went through a network. */
  readonly count: number;
}

/** A machine each, and some of the past: a network is 0.3 to 20 MB, and to open one takes as long as a second of ten machines. */
const MOST_MODELS = 256;
/**
 * Their tensors are in memory together, 131 kB each: a backlog has thousands. Fewer than {@link MOST_MODELS}, so that none
 * is disposed of that is about to score.
 */
const MOST_AT_ONCE = 64;

/**
 * Scores segments of many machines together, each by the model that is active for its machine at its time: those of one
 * model go through its network at once.
 */
export class MachineScorer {
  readonly samplesPerSegment: number;
  readonly stepSamples: number;
  readonly #store: ModelStore;
  readonly #segmenter: Segmenter;
  readonly #featuresTopic: string | null;
  readonly #featureSet: string;
  #timelines = new EntityModels([], MACHINE_METHOD);
  /** In the order of their last use; null for those that can't be used. */
  readonly #models = new Map<string, MachineModel | null>();

  /** @param featuresTopic where tensors are published; null: nowhere */
  constructor(store: ModelStore, segment: SegmentOptions, featuresTopic: string | null) {
    this.#store = store;
    this.#segmenter = new Segmenter(segment);
    this.#featuresTopic = featuresTopic;
    this.#featureSet = segmentFeatureSet(segment);
    this.samplesPerSegment = this.#segmenter.samplesPerSegment;
    this.stepSamples = segmentStride(this.#segmenter);
  }

  /** All announcements so far. */
  announce(announcements: readonly ModelAnnouncement[]): void {
    this.#timelines = new EntityModels(announcements, MACHINE_METHOD);
    // What was refused is tried again: its files may have come since.
    for (const [uri, model] of this.#models) if (model === null) this.#models.delete(uri);
  }

  /** @throws PlantsenseError TENSOR_BACKEND_UNAVAILABLE; as the model store, when that is not terminal */
  async score(segments: readonly HeardSegment[], hooks: ScoringHooks): Promise<ScoredSegments> {
    const scores: (SegmentScore | null)[] = [];
    const features: (Outgoing | null)[] = [];
    let count = 0;
    for (let from = 0; from < segments.length; from += MOST_AT_ONCE) {
      const some = await this.#scoreSome(segments.slice(from, from + MOST_AT_ONCE), hooks);
      scores.push(...some.scores);
      features.push(...some.features);
      count += some.count;
    }
    return { scores, features, count };
  }

  async #scoreSome(segments: readonly HeardSegment[], hooks: ScoringHooks): Promise<ScoredSegments> {
    const scores = new Array<SegmentScore | null>(segments.length).fill(null);
    const batches = new Map<MachineModel, number[]>();
    for (const [i, { machine, sound, isOff }] of segments.entries()) {
      const announcement = this.#timelines.activeAt(machine, sound.startUs);
      const model = announcement && (await this.#open(announcement, hooks));
      if (!model) continue;
      scores[i] = { model, residual: 0, bandResiduals: null };
      if (isOff) continue;
      const batch = batches.get(model);
      if (batch) batch.push(i);
      else batches.set(model, [i]);
    }
    const isPublished = ({ isOff, replayed }: HeardSegment) =>
      this.#featuresTopic !== null && !isOff && !replayed;
    const wanted = segments.map(
      (segment, i) => isPublished(segment) || (scores[i] !== null && !segment.isOff),
    );
    const tensors = this.#tensors(segments, wanted);
    let count = 0;
    for (const [model, rows] of batches) {
      count += rows.length;
      await this.#scoreBatch(model, rows, tensors, scores);
    }
    const features = segments.map((segment, i) =>
      isPublished(segment) ? this.#features(segment, tensors[i]!) : null,
    );
    return { scores, features, count };
  }

  /** The spectrograms of the segments that are wanted. */
  #tensors(segments: readonly HeardSegment[], wanted: readonly boolean[]): readonly (Float32Array | null)[] {
    return segments.map(({ sound }, i) => (wanted[i] ? this.#segmenter.compute(sound.samples) : null));
  }

  async #scoreBatch(
    model: MachineModel,
    rows: readonly number[],
    tensors: readonly (Float32Array | null)[],
    scores: (SegmentScore | null)[],
  ): Promise<void> {
    const { shape } = model.network.architecture;
    const size = shape[0] * shape[1];
    const data = new Float32Array(rows.length * size);
    rows.forEach((i, row) => {
      data.set(tensors[i]!, row * size);
    });
    const { residuals, bandResiduals } = await model.score(memorySource(data, shape));
    const bands = model.details.normalBands.length;
    rows.forEach((i, row) => {
      const residual = residuals[row]!;
      // A network whose weights are broken must not stop the machine's stage.
      scores[i] = Number.isFinite(residual)
        ? { model, residual, bandResiduals: bandResiduals.slice(row * bands, (row + 1) * bands) }
        : null;
    });
  }

  #features({ machine, sound }: HeardSegment, tensor: Float32Array): Outgoing {
    const shape = [this.#segmenter.bins, this.#segmenter.options.width];
    return machineFeaturesRecord(this.#featuresTopic!, machine, sound, this.#featureSet, shape, tensor);
  }

  /** null when it can't be used: the machine then goes on without one. */
  async #open(
    announcement: ModelAnnouncement,
    { openTensors, refused }: ScoringHooks,
  ): Promise<MachineModel | null> {
    const { uri, cardSha256, version } = announcement;
    const known = this.#models.get(uri);
    if (known !== undefined) {
      this.#models.delete(uri);
      this.#models.set(uri, known);
      return known;
    }
    try {
      const artefact = await loadModel(this.#store, uri, cardSha256);
      await openTensors();
      const model = await MachineModel.open(artefact);
      this.#checkSegments(model);
      this.#keep(uri, model);
      return model;
    } catch (error) {
      if (!(error instanceof PlantsenseError) || error.class !== 'terminal') throw error;
      this.#keep(uri, null);
      refused({ version, code: error.code, message: error.message });
      return null;
    }
  }

  /** @throws PlantsenseError MODEL_INVALID for a model of other segments, which is disposed of */
  #checkSegments(model: MachineModel): void {
    const { segment, equation3 } = model.details;
    const { options } = this.#segmenter;
    if (isDeepStrictEqual({ ...segment }, { ...options })) return;
    model.dispose();
    throw new PlantsenseError(
      'MODEL_INVALID',
      `Model ${model.version} takes other segments: ${equation3}; the stage cuts ${segmentDuration(options).equation}.`,
    );
  }

  #keep(uri: string, model: MachineModel | null): void {
    const [oldest] = this.#models;
    if (oldest && this.#models.size >= MOST_MODELS) {
      this.#models.delete(oldest[0]);
      oldest[1]?.dispose();
    }
    this.#models.set(uri, model);
  }
}
