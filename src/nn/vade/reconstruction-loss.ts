import * as tf from '../tf.js';

/** Mean squared error over all pixels of all rows. */
export function meanSquaredError(drawn: tf.Tensor, wanted: tf.Tensor): tf.Scalar {
  return tf.mean(tf.squaredDifference(drawn, wanted));
}

/**
 * −log p(x | z) for normal pixels of variance 1, up to a constant: half the squared error, summed over the pixels of a
 * row, mean over the rows.
 */
export function negativeLogLikelihood(drawn: tf.Tensor, wanted: tf.Tensor): tf.Scalar {
  const pixels = wanted.size / wanted.shape[0]!;
  return tf.mul(meanSquaredError(drawn, wanted), pixels / 2);
}
