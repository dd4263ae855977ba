import * as tf from '../tf.js';
import type { Block } from './architecture.js';

/** The convolution of a layer without its bias. */
export function convolve(
  x: tf.Tensor4D,
  kernel: tf.Tensor4D,
  { strides: [down, across], isTransposed, maps }: Block,
): tf.Tensor4D {
  if (!isTransposed) return tf.conv2d(x, kernel, [down, across], 'same');
  const [batch, height, width] = x.shape;
  return tf.conv2dTranspose(x, kernel, [batch, height * down, width * across, maps], [down, across], 'same');
}
