import { batchNorm } from '../ops/batch-norm.js';
import { relu } from '../ops/relu.js';
import * as tf from '../tf.js';
import type { BlockVariables } from './block-variables.js';
import { EPSILON, MOMENTUM } from './build-network.js';
import { convolve } from './convolve.js';

/**
 * Reconstructions in training: each batch normalisation takes the batch's mean and variance, and its moving averages
 * move on, as Keras has it. Call it inside a tidy.
 *
 * The bias before a batch normalisation is subtracted again by it, so it is left out: its gradient is exactly 0, and
 * only the moving mean has to know of it. That spares two passes over the maps.
 *
 * @param x `[batch, bins, columns, 1]`
 * @param momentum how much of the moving averages stays
 */
export function trainingPass(
  blocks: readonly BlockVariables[],
  x: tf.Tensor4D,
  momentum = MOMENTUM,
): tf.Tensor4D {
  let maps = x;
  for (const block of blocks) {
    maps = convolve(maps, block.kernel, block);
    if (!block.norm) {
      maps = tf.add(maps, block.bias);
      continue;
    }
    const { scale, offset, mean: movingMean, variance: movingVariance } = block.norm;
    const { y, mean, variance } = batchNorm(maps, scale, offset, EPSILON);
    move(movingMean, tf.add(mean, block.bias), momentum);
    move(movingVariance, variance, momentum);
    maps = relu(y);
  }
  return maps;
}

function move(average: tf.Variable<tf.Rank.R1>, value: tf.Tensor1D, momentum: number): void {
  average.assign(tf.add(tf.mul(average, momentum), tf.mul(value, 1 - momentum)));
}
