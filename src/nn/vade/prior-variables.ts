import * as tf from '../tf.js';
import type { GroupMoments } from './group-moments.js';

/** The variables of a prior, in the order in which they are trained. */
export type PriorVariables = readonly [logits: tf.Variable, means: tf.Variable, logVariances: tf.Variable];

/** The prior that a training starts from. */
export function priorVariables({ weights, means, variances }: GroupMoments): PriorVariables {
  const groups = weights.length;
  const shape = [groups, means.length / groups];
  const variable = (values: Float64Array, dims: number[]) =>
    tf.tidy(() => tf.variable(tf.tensor(Float32Array.from(values), dims)));
  return [
    variable(weights.map(Math.log), [groups]),
    variable(means, shape),
    variable(variances.map(Math.log), shape),
  ];
}
