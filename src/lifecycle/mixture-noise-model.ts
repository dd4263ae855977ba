import { pooledMel } from '../audio/pooled-mel.js';
import { DiagonalMixture } from '../cluster/diagonal-mixture.js';
import { logSumExp } from '../cluster/log-sum-exp.js';
import type { Matrix } from '../cluster/matrix.js';
import { StandardScaler } from '../cluster/standard-scaler.js';
import { PlantsenseError } from '../errors.js';
import type { Npy } from '../npy.js';
import type { Artefact } from './artefact.js';
import { groupAnswer } from './group-answer.js';
import { type NoiseDetails, noiseDetailsSchema } from './noise-details.js';
import { MIXTURE_KINDS, type MixtureKind } from './noise-kind.js';
import type { GroupAssignment, LogMelBatch, NoiseModel } from './noise-model.js';

/** k-means or a Gaussian mixture on mean and standard deviation of each mel band, standardised. */
export class MixtureNoiseModel implements NoiseModel {
  readonly version: string;
  readonly kind: MixtureKind;
  readonly details: NoiseDetails;
  readonly groups: readonly number[];
  readonly #scaler: StandardScaler;
  readonly #mixture: DiagonalMixture;
  /** Log of how much standardising stretches volumes: makes likelihoods those of the features themselves. */
  readonly #logStretch: number;

  private constructor(
    version: string,
    kind: MixtureKind,
    details: NoiseDetails,
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
    const parsed = noiseDetailsSchema.safeParse(card.details);
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

  /** Standardised pooled features of spectrograms, `[rows, 2 bands]`: what it groups. Throws as {@link assign}. */
  encode(batch: LogMelBatch): Matrix {
    return this.#scaler.transform(pool(batch, this.bands, this.frames));
  }

  dispose(): void {}

  #answer(joint: Float64Array): GroupAssignment {
    const logLikelihood = logSumExp(joint, 0, joint.length) - this.#logStretch;
    return groupAnswer(joint, this.groups, logLikelihood, this.details.novelty.logLikelihood);
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
