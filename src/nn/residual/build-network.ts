import { glorot } from '../conv-sdae/build-encoder.js';
import * as tf from '../tf.js';
import { blocksOf, type ResidualArchitecture } from './architecture.js';

/** Keras's defaults. */
export const MOMENTUM = 0.99;
export const EPSILON = 1e-3;

/**
 * The auto-encoder as layers: convolutions, each but the encoder's and the decoder's last with batch normalisation and
 * ReLU. `[batch, bins, columns, 1]` to the same shape. The kernels are 0 still.
 */
export function buildNetwork(architecture: ResidualArchitecture): tf.LayersModel {
  const input = tf.input({ shape: [...architecture.shape, 1], name: 'segments' });
  let maps = input;
  blocksOf(architecture).forEach(({ name, kernelSize, strides, maps: filters, ...block }) => {
    const options = { name, filters, kernelSize, kernelInitializer: 'zeros', padding: 'same' } as const;
    const convolution = block.isTransposed
      ? tf.layers.conv2dTranspose({ ...options, strides: [...strides] })
      : tf.layers.conv2d({ ...options, strides: [...strides] });
    maps = convolution.apply(maps) as tf.SymbolicTensor;
    if (!block.isNormalised) return;
    const norm = tf.layers.batchNormalization({ name: normName(name), momentum: MOMENTUM, epsilon: EPSILON });
    maps = norm.apply(maps) as tf.SymbolicTensor;
    maps = tf.layers.reLU({ name: `${name}-relu` }).apply(maps) as tf.SymbolicTensor;
  });
  return tf.model({ name: 'residual', inputs: input, outputs: maps });
}

/** Gives the kernels their first weights, drawn by the seed: Glorot's uniform ones, the paper's "Xavier". */
export function drawWeights(network: tf.LayersModel, architecture: ResidualArchitecture, seed: number): void {
  blocksOf(architecture).forEach(({ name }, place) => {
    const [kernel] = network.getLayer(name).weights;
    tf.tidy(() => void kernel!.write(glorot(seed, place).apply(kernel!.shape as number[])));
  });
}

/** Name of the batch normalisation after a convolution. */
export const normName = (convolution: string): string => `${convolution}-norm`;
