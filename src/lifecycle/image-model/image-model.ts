import type { Matrix } from '../../cluster/matrix.js';

/** A group that a picture may belong to. */
export interface PathProbability {
  readonly path: readonly number[];
  /** Posterior probability of the group among its siblings, 0 to 1. */
  readonly probability: number;
}

/** Where a picture belongs. */
export interface ImageAnswer {
  /** Group, sub-group and so on, ids that stay the same across model versions; empty when the picture is novel. */
  readonly path: readonly number[];
  /** Product of the posterior probabilities of the path's groups, of a novel picture's nearest group too. */
  readonly probability: number;
  readonly novel: boolean;
  /** Distance to the nearest group of the first level over the distance at which that group ends: novel above 1. */
  readonly noveltyScore: number;
  /** Next best groups of the first level, best first; of a novel picture the first is its nearest group. */
  readonly runnersUp: readonly PathProbability[];
  /** What the post-clustering layer suspects; null without such a layer. */
  readonly label: string | null;
  readonly labelConfidence: number | null;
}

/** What gives pictures their group, by features of one encoder. */
export interface ImageModel {
  readonly version: string;
  /** Id of the encoder whose features it was fitted on; others it must not be given. */
  readonly encoder: string;
  readonly dimensions: number;
  /** Paths of all its groups, parents before their children. */
  readonly paths: readonly (readonly number[])[];
  /**
   * Where each row of features belongs. A row's answer has the same bits whatever rows are beside it.
   * @throws PlantsenseError MATRIX_INVALID when `x` is empty, has another number of columns, or holds NaN or infinity
   */
  assign(x: Matrix): ImageAnswer[];
}
