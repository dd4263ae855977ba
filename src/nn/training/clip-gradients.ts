import * as tf from '../tf.js';

/** The length of all gradients as one vector. */
export function globalNorm(gradients: readonly tf.Tensor[]): tf.Scalar {
  return tf.tidy(() => tf.sqrt(tf.addN(gradients.map(gradient => tf.sum(tf.square(gradient)))))) as tf.Scalar;
}

/**
 * Shortens gradients together, so that their direction stays, when they are longer than `maxNorm` (Pascanu, Mikolov &
 * Bengio 2013; TensorFlow's `clip_by_global_norm`).
 *
 * @param norm of {@link globalNorm}
 */
export function clipByGlobalNorm(
  gradients: readonly tf.Tensor[],
  norm: number,
  maxNorm: number,
): readonly tf.Tensor[] {
  return norm <= maxNorm ? gradients : gradients.map(gradient => tf.mul(gradient, maxNorm / norm));
}
