import { z } from 'zod';
import { pooledMel } from '../audio/pooled-mel.js';
import { DiagonalMixture } from '../cluster/diagonal-mixture.js';
import { logSumExp } from '../cluster/log-sum-exp.js';
import type { Matrix } from '../cluster/matrix.js';
import { StandardScaler } from '../cluster/standard-scaler.js';
import { PlantsenseError } from '../errors.js';
import type { Npy } from '../npy.js';
import type { Artefact } from './artefact.js';
import type { GroupAssignment, GroupProbability, LogMelBatch, NoiseModel } from './noise-model.js';

/** Kinds of model that are a mixture on pooled mel statistics. */
export const MIXTURE_KINDS = ['kmeans', 'gmm'] as const;
export type MixtureKind = (typeof MIXTURE_KINDS)[number];

/** What the card of such a model adds. */
export const mixtureDetailsSchema = z.strictObject({
  featureSet: z.string(),
  featureOptions: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
  /** Shape of a log-mel tensor. */
  bands: z.number().int().positive(),
  frames: z.number().int().positive(),
  /** By rising id, the order of the arrays' rows; with the training rows of each. */
  groups: z.array(z.strictObject({ id: z.number().int().nonnegative(), rows: z.number().int().positive() })),
  /** The first id that no version of the lineage has used. */
  nextGroupId: z.number().int().positive(),
  /** Events of lower log-likelihood are novel: the quantile of the likelihoods of held-out rows. */
  novelty: z.strictObject({ quantile: z.number().min(0).max(1), logLikelihood: z.number() }),
  /** The numbers of groups that were tried; empty when the number was given. */
  candidates: z.array(
    z.strictObject({
      k: z.number().int(),
      bic: z.number(),
      heldOutLogLikelihood: z.number(),
      heldOutError: z.number(),
      stability: z.number(),
    }),
  ),
});

export type MixtureDetails = z.infer<typeof mixtureDetailsSchema>;

/** How many groups an answer names beside the best. */
const RUNNERS_UP = 3;

/** k-means or a Gaussian mixture on mean and standard deviation of each mel band, standardised. */
export class MixtureNoiseModel implements NoiseModel {
  readonly version: string;
  readonly kind: MixtureKind;
  readonly details: MixtureDetails;
  readonly groups: readonly number[];
  readonly #scaler: StandardScaler;
  readonly #mixture: DiagonalMixture;
  /** Log of how much standardising stretches volumes: makes likelihoods those of the features themselves. */
  readonly #logStretch: number;

  private constructor(
    version: string,
    kind: MixtureKind,
    details: MixtureDetails,
    scaler: StandardScaler,
    mixture: DiagonalMixture,
  ) {
    this.version = version;
    this.kind = kind;
    this.details = details;
    this.groups = details.groups.map(group => group.id);
    this.#scaler = scaler;
    this.#mixture = mixture;
    this.#logStretch = logStretch(scaler);
  }

  /** @throws PlantsenseError MODEL_INVALID when the artefact is of another method or kind, or its arrays don't fit */
  static open({ card, arrays }: Artefact): MixtureNoiseModel {
    const kind = MIXTURE_KINDS.find(each => each === card.kind);
    const parsed = mixtureDetailsSchema.safeParse(card.details);
    if (card.method !== 'noise' || !kind || !parsed.success)
      throw new PlantsenseError(
        'MODEL_INVALID',
        `Model ${card.version} is a ${card.kind} for ${card.method}, not a mixture for noise.`,
      );
    const { bands, groups } = parsed.data;
    const k = groups.length;
    const array = (name: string, shape: readonly number[]) =>
      floats(card.version, name, arrays.get(name), shape);
    const scaler = { mean: array('scaler-mean', [2 * bands]), scale: array('scaler-scale', [2 * bands]) };
    const weights = array('weights', [k]);
    const means = { data: array('means', [k, 2 * bands]), rows: k, cols: 2 * bands };
    const covariances = { data: array('covariances', [k, 2 * bands]), rows: k, cols: 2 * bands };
    try {
      return new MixtureNoiseModel(
        card.version,
        kind,
        parsed.data,
        new StandardScaler(scaler.mean, scaler.scale),
        new DiagonalMixture(weights, means, covariances),
      );
    } catch (error) {
      throw new PlantsenseError('MODEL_INVALID', `The numbers of model ${card.version} are no mixture.`, {
        cause: error,
      });
    }
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

  assign(batch: LogMelBatch): GroupAssignment[] {
    return this.assignPooled(pool(batch, this.bands, this.frames));
  }

  /**
   * The group of each row of pooled features (`pooledMel`).
   * @throws PlantsenseError MATRIX_INVALID
   */
  assignPooled(x: Matrix): GroupAssignment[] {
    const joint = this.#mixture.logJoint(this.#scaler.transform(x));
    return Array.from({ length: x.rows }, (_, row) =>
      this.#answer(joint.data.subarray(row * joint.cols, (row + 1) * joint.cols)),
    );
  }

  /** Id of the most probable group of each row, of novel ones too. Throws as {@link assignPooled}. */
  nearestGroups(x: Matrix): Int32Array {
    return this.#mixture.predict(this.#scaler.transform(x)).map(component => this.groups[component]!);
  }

  #answer(joint: Float64Array): GroupAssignment {
    const total = logSumExp(joint, 0, joint.length);
    // By the logarithms: far groups all have the probability 0.
    const ranked = [...joint.keys()].sort((a, b) => joint[b]! - joint[a]! || a - b);
    const answers: GroupProbability[] = ranked.slice(0, RUNNERS_UP + 1).map(component => ({
      group: this.groups[component]!,
      probability: Math.exp(joint[component]! - total),
    }));
    const logLikelihood = total - this.#logStretch;
    const novel = logLikelihood < this.details.novelty.logLikelihood;
    const [best, ...others] = answers;
    return {
      group: novel ? null : best!.group,
      probability: best!.probability,
      logLikelihood,
      novel,
      runnersUp: novel ? answers.slice(0, RUNNERS_UP) : others,
    };
  }
}

/** Sum of the logarithms of a scaler's scales. */
export function logStretch(scaler: StandardScaler): number {
  return scaler.scale.reduce((sum, scale) => sum + Math.log(scale), 0);
}

/** Pooled features of each spectrogram of a batch, `[rows, 2 bands]`. */
function pool(batch: LogMelBatch, bands: number, frames: number): Matrix {
  const size = bands * frames;
  if (batch.bands !== bands || batch.frames !== frames || batch.data.length !== batch.rows * size)
    throw new PlantsenseError(
      'MATRIX_INVALID',
      `The model takes spectrograms of ${bands} x ${frames}, not ${batch.rows} of ${batch.bands} x ${batch.frames} in ${batch.data.length} numbers.`,
    );
  const pooled = new Float32Array(batch.rows * 2 * bands);
  for (let row = 0; row < batch.rows; row++)
    pooledMel(
      batch.data.subarray(row * size, (row + 1) * size),
      bands,
      pooled.subarray(row * 2 * bands, (row + 1) * 2 * bands),
    );
  return { data: pooled, rows: batch.rows, cols: 2 * bands };
}

function floats(
  version: string,
  name: string,
  array: Npy | undefined,
  shape: readonly number[],
): Float64Array {
  if (!(array?.data instanceof Float64Array) || array.shape.join() !== shape.join())
    throw new PlantsenseError(
      'MODEL_INVALID',
      `Model ${version} needs the array ${name} of 64-bit floats with the shape [${shape.join(', ')}].`,
    );
  return array.data;
}
