import type * as tf from '../tf.js';
import { type Block, blocksOf, type ResidualArchitecture } from './architecture.js';
import { normName } from './build-network.js';

/** A layer of a network with its weights, which belong to the network. */
export interface BlockVariables extends Block {
  /** `[kernelSize, kernelSize, in, out]`, of a transposed convolution `[kernelSize, kernelSize, out, in]`. */
  readonly kernel: tf.Tensor4D;
  readonly bias: tf.Tensor1D;
  /** Of the batch normalisation, `[maps]` each; null where none follows. */
  readonly norm: Norm | null;
}

interface Norm {
  readonly scale: tf.Tensor1D;
  readonly offset: tf.Tensor1D;
  /** Moving averages. */
  readonly mean: tf.Variable<tf.Rank.R1>;
  readonly variance: tf.Variable<tf.Rank.R1>;
}

export function blockVariables(
  network: tf.LayersModel,
  architecture: ResidualArchitecture,
): BlockVariables[] {
  const read = (layer: string) => network.getLayer(layer).weights.map(weight => weight.read() as tf.Variable);
  return blocksOf(architecture).map(block => {
    const [kernel, bias] = read(block.name) as tf.Tensor[] as [tf.Tensor4D, tf.Tensor1D];
    if (!block.isNormalised) return { ...block, kernel, bias, norm: null };
    // Layers name gamma, beta and the two moving averages in this order.
    const [scale, offset, mean, variance] = read(normName(block.name)) as tf.Variable<tf.Rank.R1>[];
    return {
      ...block,
      kernel,
      bias,
      norm: { scale: scale!, offset: offset!, mean: mean!, variance: variance! },
    };
  });
}
