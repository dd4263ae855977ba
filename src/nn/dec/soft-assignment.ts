import * as tf from '../tf.js';

/**
 * DEC's soft groups as natural logarithms: q ∝ (1 + ‖z − μ‖² / α)^(−(α + 1) / 2), Student's t (Xie, Girshick & Farhadi
 * 2016, eq. 1).
 *
 * @param z latents, `[batch, latentDim]`
 * @param centroids `[groups, latentDim]`
 * @returns `[batch, groups]`
 */
export function logSoftAssignment(z: tf.Tensor2D, centroids: tf.Tensor2D, alpha = 1): tf.Tensor2D {
  const differences = tf.sub(tf.expandDims(z, 1), tf.expandDims(centroids, 0));
  const distances: tf.Tensor2D = tf.sum(tf.square(differences), 2);
  return tf.logSoftmax(tf.mul(tf.log1p(tf.div(distances, alpha)), -(alpha + 1) / 2));
}
