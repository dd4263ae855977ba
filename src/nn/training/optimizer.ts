import type * as tf from '../tf.js';

/**
 * Changes variables by their gradients. TensorFlow.js's own optimizers are not used: what they restore is not what they
 * saved (Adam's powers of β are computed anew and differ in the last bits), so a resumed training would end elsewhere.
 */
export interface Optimizer {
  /** @param gradients of the variables, in their order */
  applyGradients(gradients: readonly tf.Tensor[], learningRate: number): void;
  /** Steps that were made. */
  steps: number;
  /** What it remembers besides the steps: a checkpoint keeps it. */
  readonly slots: readonly tf.Variable[];
  dispose(): void;
}

export type MakeOptimizer = (variables: readonly tf.Variable[]) => Optimizer;
