import { PlantsenseError } from '../errors.js';
import { openBackend } from '../nn/backend/open-backend.js';
import type { Latents } from '../nn/conv-sdae/encoder.js';
import { memorySource, type RowSource } from '../nn/training/row-source.js';
import type { Artefact } from './artefact.js';
import { groupAnswer } from './group-answer.js';
import type { LatentGrouping } from './latent-grouping.js';
import { type DeepDetails, deepDetailsSchema } from './noise-details.js';
import { type DeepKind, isDeepKind } from './noise-kind.js';
import type { GroupAssignment, LogMelBatch, NoiseModel } from './noise-model.js';
import { openLatentGrouping } from './open-latent-grouping.js';

/** Groups of whole spectrograms among the latents of a trained network. */
export class DeepNoiseModel implements NoiseModel {
  readonly version: string;
  readonly kind: DeepKind;
  readonly details: DeepDetails;
  readonly groups: readonly number[];
  readonly #grouping: LatentGrouping;

  private constructor(version: string, kind: DeepKind, details: DeepDetails, grouping: LatentGrouping) {
    this.version = version;
    this.kind = kind;
    this.details = details;
    this.groups = details.groups.map(group => group.id);
    this.#grouping = grouping;
  }

  /**
   * Opens the tensor backend of this thread too.
   * @throws PlantsenseError MODEL_INVALID when the artefact is of another method or kind, or its parts don't fit together
   */
  static async open(artefact: Artefact): Promise<DeepNoiseModel> {
    const { version, method, kind, details } = artefact.card;
    const parsed = deepDetailsSchema.safeParse(details);
    if (method !== 'noise' || !isDeepKind(kind) || !parsed.success)
      throw new PlantsenseError(
        'MODEL_INVALID',
        `Model ${version} is a ${kind} for ${method}, not a network for noise.`,
      );
    await openBackend();
    const grouping = await openLatentGrouping(kind, artefact);
    const { bands, frames, groups } = parsed.data;
    const { shape } = grouping.encoder.architecture;
    if (grouping.groups === groups.length && shape.join() === [bands, frames].join())
      return new DeepNoiseModel(version, kind, parsed.data, grouping);
    grouping.dispose();
    throw new PlantsenseError(
      'MODEL_INVALID',
      `Model ${version} has a network of ${grouping.groups} groups for ${shape.join(' x ')}; its card says ${groups.length} for ${bands} x ${frames}.`,
    );
  }

  get featureSet(): string {
    return this.details.featureSet;
  }

  get bands(): number {
    return this.details.bands;
  }

  get frames(): number {
    return this.details.frames;
  }

  async assign(batch: LogMelBatch): Promise<GroupAssignment[]> {
    return this.assignRows(this.#rowsOf(batch));
  }

  /**
   * The group of each row, of however many.
   * @throws PlantsenseError MATRIX_INVALID for rows of another shape
   */
  async assignRows(source: RowSource): Promise<GroupAssignment[]> {
    const { logShares, logLikelihood } = await this.#grouping.score(source);
    const k = this.groups.length;
    const threshold = this.details.novelty.logLikelihood;
    return Array.from(logLikelihood, (likelihood, row) =>
      groupAnswer(logShares.subarray(row * k, (row + 1) * k), this.groups, likelihood, threshold),
    );
  }

  async encode(batch: LogMelBatch): Promise<Latents> {
    return this.encodeRows(this.#rowsOf(batch));
  }

  /** Latents of however many rows. Throws as {@link assignRows}. */
  encodeRows(source: RowSource): Promise<Latents> {
    return this.#grouping.encode(source);
  }

  dispose(): void {
    this.#grouping.dispose();
  }

  #rowsOf({ data, rows, bands, frames }: LogMelBatch): RowSource {
    const fits = bands === this.bands && frames === this.frames && data.length === rows * bands * frames;
    if (!fits || rows === 0)
      throw new PlantsenseError(
        'MATRIX_INVALID',
        `The model takes spectrograms of ${this.bands} x ${this.frames}, not ${rows} of ${bands} x ${frames} in ${data.length} numbers.`,
      );
    // A network may make a number of NaN: its ReLUs do.
    if (!data.every(Number.isFinite))
      throw new PlantsenseError('MATRIX_INVALID', 'The spectrograms hold NaN or infinity.');
    return memorySource(data, [bands, frames]);
  }
}
