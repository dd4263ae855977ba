import * as tf from '../tf.js';

/** VaDE's prior of latents: a mixture of normal distributions with diagonal covariances, as it is learnt. */
export interface MixturePrior {
  /** The weights π are their softmax, so they sum to 1 and stay above 0: `[groups]`. */
  readonly logits: tf.Tensor1D;
  /** `[groups, latentDim]` */
  readonly means: tf.Tensor2D;
  /** Natural logarithms of variances, `[groups, latentDim]`; clamped where they are used. */
  readonly logVariances: tf.Tensor2D;
}

/** Outside of these a variance is of no use: its logarithm is held inside. */
export const PRIOR_LOG_VARIANCE = { least: -8, most: 6 } as const;
export const ENCODER_LOG_VARIANCE = { least: -10, most: 4 } as const;

/** Holds logarithms of variances inside bounds. */
export function clampLogVariance<T extends tf.Tensor>(
  logVariance: T,
  { least, most }: { readonly least: number; readonly most: number },
): T {
  return tf.clipByValue(logVariance, least, most);
}

const LOG_2_PI = Math.log(2 * Math.PI);

/** Logarithm of weight times density of each group at latents: `[batch, latentDim]` to `[batch, groups]`. */
export function logJoint(z: tf.Tensor2D, prior: MixturePrior): tf.Tensor2D {
  const logVariances = clampLogVariance(prior.logVariances, PRIOR_LOG_VARIANCE);
  const differences = tf.sub(tf.expandDims(z, 1), tf.expandDims(prior.means, 0));
  const distances = tf.mul(tf.square(differences), tf.exp(tf.neg(logVariances)));
  const logDensities = tf.mul(tf.sum(tf.add(tf.add(distances, logVariances), LOG_2_PI), 2), -0.5);
  return tf.add(tf.logSoftmax(prior.logits), logDensities);
}

/** Logarithm of each group's responsibility γ = p(c | z), by logsumexp: `[batch, groups]`. */
export function logResponsibilities(z: tf.Tensor2D, prior: MixturePrior): tf.Tensor2D {
  return tf.logSoftmax(logJoint(z, prior));
}
