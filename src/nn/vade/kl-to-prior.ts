import * as tf from '../tf.js';
import { clampLogVariance, type MixturePrior, PRIOR_LOG_VARIANCE } from './mixture-prior.js';

/** What the encoder gives for a row: a normal distribution of latents, `[batch, latentDim]`. */
export interface Posterior {
  readonly mean: tf.Tensor2D;
  /** Natural logarithm of variances, clamped. */
  readonly logVariance: tf.Tensor2D;
}

/**
 * KL divergence of q(z, c | x) to the mixture prior p(z, c) of each row, in closed form (Jiang et al. 2017, eq. 12; the terms
 * in log 2π cancel):
 * ½ Σ_c γ_c Σ_d [log σ²_c + σ²/σ²_c + (μ − μ_c)²/σ²_c] − ½ Σ_d (1 + log σ²) + Σ_c γ_c log(γ_c/π_c).
 *
 * @param logGamma logarithms of the responsibilities, `[batch, groups]`
 * @returns `[batch]`
 */
export function klToMixture(
  { mean, logVariance }: Posterior,
  logGamma: tf.Tensor2D,
  prior: MixturePrior,
): tf.Tensor1D {
  const logVariances = clampLogVariance(prior.logVariances, PRIOR_LOG_VARIANCE);
  const differences = tf.sub(tf.expandDims(mean, 1), tf.expandDims(prior.means, 0));
  const spread = tf.add(tf.expandDims(tf.exp(logVariance), 1), tf.square(differences));
  const terms = tf.add(tf.mul(spread, tf.exp(tf.neg(logVariances))), logVariances);
  const ofGroups = tf.mul(tf.sum(terms, 2), 0.5);
  const logRatio = tf.sub(logGamma, tf.logSoftmax(prior.logits));
  const expected = tf.sum(tf.mul(tf.exp(logGamma), tf.add(ofGroups, logRatio)), 1);
  const entropy = tf.mul(tf.sum(tf.add(logVariance, 1), 1), 0.5);
  return tf.sub(expected, entropy) as tf.Tensor1D;
}
