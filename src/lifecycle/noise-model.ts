import type { Matrix } from '../cluster/matrix.js';
import type { NoiseDetails } from './noise-details.js';
import type { NoiseKind } from './noise-kind.js';

/** Log-mel spectrograms of several events, one after the other: `[rows, bands, frames]`. */
export interface LogMelBatch {
  readonly data: Float32Array;
  readonly rows: number;
  readonly bands: number;
  readonly frames: number;
}

/** A group that an event may belong to. */
export interface GroupProbability {
  /** Id of the group, the same across model versions. */
  readonly group: number;
  /** Posterior probability, 0 to 1. */
  readonly probability: number;
}

/** Where an event belongs. */
export interface GroupAssignment {
  /** The most probable group; null when the event is novel: it is not forced into one. */
  readonly group: number | null;
  /** Posterior probability of the most probable group, of a novel event's nearest one too. */
  readonly probability: number;
  /**
   * Natural logarithm of a density. Of the mixtures it is that of the event's features, comparable between models of the
   * same features; of models with a network that of the event's latents, comparable within one version only.
   */
  readonly logLikelihood: number;
  /** The likelihood is below the model's threshold. */
  readonly novel: boolean;
  /** The next best groups, best first; of a novel event the first is its nearest group. */
  readonly runnersUp: readonly GroupProbability[];
}

/** What gives noise events their group. Every kind of model answers in this form. */
export interface NoiseModel {
  readonly version: string;
  readonly kind: NoiseKind;
  /** Id of the features that it was fitted on; others it must not be given. */
  readonly featureSet: string;
  readonly bands: number;
  readonly frames: number;
  readonly details: NoiseDetails;
  /** Ids of its groups, rising. */
  readonly groups: readonly number[];
  /**
   * The group of each event. An event's answer has the same bits whatever the batch that it is in.
   * @throws PlantsenseError MATRIX_INVALID when the batch is empty, has another shape or holds NaN or infinity
   */
  assign(batch: LogMelBatch): GroupAssignment[] | Promise<GroupAssignment[]>;
  /**
   * What it groups: the events' features as it sees them, or their latents, `[rows, cols]`. Throws as {@link assign}.
   */
  encode(batch: LogMelBatch): Matrix | Promise<Matrix>;
  /** Frees what it computes with; it can't be used afterwards. */
  dispose(): void;
}
