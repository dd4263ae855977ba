import * as tf from './tf.js';

/**
 * The sharpened distribution P that soft groups Q are drawn towards: p ∝ q² / f, which favours what is sure and keeps
 * large groups from swallowing small ones (Xie, Girshick & Farhadi 2016, eq. 3).
 *
 * @param q `[batch, groups]`, rows sum to 1
 * @param frequencies f, the sum of q over all rows of the set: `[groups]`
 */
export function targetDistribution(q: tf.Tensor2D, frequencies: tf.Tensor1D): tf.Tensor2D {
  return tf.tidy(() => {
    const weights: tf.Tensor2D = tf.div(tf.square(q), tf.maximum(frequencies, LEAST_FREQUENCY));
    return tf.div(weights, tf.maximum(tf.sum(weights, 1, true), LEAST_FREQUENCY));
  });
}

/** A group that no row is in has a frequency of 0, and no row's target. */
const LEAST_FREQUENCY = 1e-30;

/**
 * Kullback-Leibler divergence KL(P‖Q) = Σ p log(p / q), mean over the rows.
 * @param p `[batch, groups]`; a constant: no gradient flows into it
 * @param logQ `[batch, groups]`, natural logarithms
 */
export function klDivergence(p: tf.Tensor2D, logQ: tf.Tensor2D): tf.Scalar {
  const entropy = tf.sum(tf.mul(p, tf.log(tf.maximum(p, LEAST_FREQUENCY))), 1);
  const cross = tf.sum(tf.mul(p, logQ), 1);
  return tf.mean(tf.sub(entropy, cross));
}
