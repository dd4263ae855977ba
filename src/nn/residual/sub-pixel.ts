import * as tf from '../tf.js';
import type { Block } from './architecture.js';

/**
 * A transposed convolution as a sub-pixel convolution: one of stride 1 gives all the outputs that an input becomes, as maps,
 * and they are put beside each other. TensorFlow's transposed convolution makes a product for each place of the kernel
 * and then adds them up, place by place, which is slow where they are added to a single map.
 *
 * Source: Shi et al., "Real-time single image and video super-resolution using an efficient sub-pixel convolutional neural
 * network", 2016.
 *
 * @param kernel of the transposed convolution, `[kernelSize, kernelSize, out, in]`
 * @returns `[height, width, in, strides · out]`, with odd sides, the input itself in the middle
 */
export function subPixelKernel(kernel: tf.Tensor4D, [down, across]: Block['strides']): tf.Tensor4D {
  const [size, , outputs, inputs] = kernel.shape;
  const [rows, columns] = [new Taps(size, down), new Taps(size, across)];
  const values = kernel.dataSync();
  const maps = down * across * outputs;
  const out = new Float32Array(rows.sides * columns.sides * inputs * maps);
  for (const row of rows.all)
    for (const column of columns.all)
      for (let input = 0; input < inputs; input++) {
        const first = ((row.side * columns.sides + column.side) * inputs + input) * maps;
        const phase = row.phase * across + column.phase;
        for (let output = 0; output < outputs; output++)
          out[first + phase * outputs + output] =
            values[((row.at * size + column.at) * outputs + output) * inputs + input]!;
      }
  return tf.tensor4d(out, [rows.sides, columns.sides, inputs, maps]);
}

/**
 * The transposed convolution, padded, without its bias.
 * @param kernel of {@link subPixelKernel}
 */
export function subPixelConvolve(
  x: tf.Tensor4D,
  kernel: tf.Tensor4D,
  { strides: [down, across], maps }: Block,
): tf.Tensor4D {
  const [batch, height, width] = x.shape;
  const phases = tf.reshape(tf.conv2d(x, kernel, 1, 'same'), [batch, height, width, down, across, maps]);
  const beside = tf.transpose(phases, [0, 1, 3, 2, 4, 5]);
  return tf.reshape(beside, [batch, height * down, width * across, maps]);
}

/** Along one axis: which place of the kernel leads from which input to which output. */
class Taps {
  /** Inputs that an output may come from. */
  readonly sides: number;
  readonly all: readonly { readonly at: number; readonly side: number; readonly phase: number }[];

  constructor(size: number, stride: number) {
    // Outputs are cut off by so much in front, as TensorFlow pads.
    const cut = Math.floor(Math.max(0, size - stride) / 2);
    const taps = Array.from({ length: size }, (_, at) => {
      const to = at - cut;
      const phase = ((to % stride) + stride) % stride;
      // An output that lies so many strides behind its input comes from the input so many before it.
      return { at, phase, before: (to - phase) / stride };
    });
    const reach = Math.max(...taps.map(({ before }) => Math.abs(before)));
    this.sides = 2 * reach + 1;
    this.all = taps.map(({ at, phase, before }) => ({ at, phase, side: reach - before }));
  }
}
