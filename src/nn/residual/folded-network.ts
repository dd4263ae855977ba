import * as tf from '../tf.js';
import type { Block } from './architecture.js';
import type { BlockVariables } from './block-variables.js';
import { EPSILON } from './build-network.js';
import { convolve } from './convolve.js';
import { subPixelConvolve, subPixelKernel } from './sub-pixel.js';

interface FoldedBlock extends Block {
  /** Of a sub-pixel convolution where {@link isSubPixel} says so. */
  readonly kernel: tf.Tensor4D;
  readonly bias: tf.Tensor1D;
}

/**
 * A trained network with its batch normalisations folded into the convolutions, for answers only: with the moving
 * averages they are a factor and a sum for each map, which the kernel and the bias take. The last transposed convolution
 * is a sub-pixel one. It does not follow the network that it was made of. Its tensors live until {@link dispose}.
 */
export class FoldedNetwork {
  readonly #blocks: readonly FoldedBlock[];

  constructor(blocks: readonly BlockVariables[]) {
    this.#blocks = blocks.map(fold);
  }

  /** Reconstructions: `[batch, bins, columns, 1]` to the same shape. Call it inside a tidy. */
  apply(x: tf.Tensor4D): tf.Tensor4D {
    let maps = x;
    for (const block of this.#blocks) {
      const convolution = isSubPixel(block) ? subPixelConvolve : convolve;
      const sums = tf.add(convolution(maps, block.kernel, block), block.bias);
      maps = (block.isNormalised ? tf.relu(sums) : sums) as tf.Tensor4D;
    }
    return maps;
  }

  dispose(): void {
    for (const { kernel, bias } of this.#blocks) tf.dispose([kernel, bias]);
  }
}

/** With more maps it takes longer to put them beside each other than it saves. */
function isSubPixel({ isTransposed, isNormalised, maps }: Block): boolean {
  return isTransposed && !isNormalised && maps === 1;
}

function fold({ kernel, bias, norm, ...block }: BlockVariables): FoldedBlock {
  if (!norm) {
    const taken = isSubPixel(block) ? subPixelKernel(kernel, block.strides) : kernel.clone();
    return { ...block, kernel: taken, bias: bias.clone() };
  }
  const folded = tf.tidy(() => {
    const factor = tf.mul(norm.scale, tf.rsqrt(tf.add(norm.variance, EPSILON)));
    // A transposed convolution's kernel has its outputs on the last axis but one.
    const factors = block.isTransposed ? tf.expandDims(factor, 1) : factor;
    return {
      kernel: tf.mul(kernel, factors) as tf.Tensor4D,
      bias: tf.add(tf.mul(tf.sub(bias, norm.mean), factor), norm.offset) as tf.Tensor1D,
    };
  });
  return { ...block, ...folded };
}
