import type { NpyArray } from '../../npy.js';
import type * as tf from '../tf.js';

/** Rows of one step. */
export interface Minibatch {
  /** `[batch, ...shape]` */
  readonly x: tf.Tensor;
  /** Where the rows are in the training's source. */
  readonly indices: Int32Array;
  readonly epoch: number;
  /** Steps that were made before this one, in all epochs. */
  readonly step: number;
  /** False for held-out rows: no noise, no sampling then. */
  readonly isTraining: boolean;
}

/** Losses of a minibatch, each a mean over its rows. `total` is what is minimised; the others are shown. */
export interface Losses {
  readonly total: tf.Scalar;
  readonly [part: string]: tf.Scalar;
}

/** What a training makes small, and by changing what. */
export interface Objective {
  readonly variables: readonly tf.Variable[];
  /** What the result depends on besides the training's own options: a checkpoint of another objective is refused. */
  readonly fingerprint: unknown;
  /** Called inside a tidy, with gradients or, for held-out rows, without. */
  loss(batch: Minibatch): Losses;
  /** Called before each step; false ends the training. */
  beforeStep?(epoch: number, step: number): boolean | Promise<boolean>;
  /** What it remembers from step to step besides its variables, for checkpoints. */
  state?(): ReadonlyMap<string, NpyArray>;
  restore?(state: ReadonlyMap<string, NpyArray>): void;
}
