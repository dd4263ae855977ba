import * as tf from '../tf.js';
import { type Architecture, codeShape, imageShape, KERNEL_SIZE, STRIDE } from './architecture.js';
import { glorot } from './build-encoder.js';

/** Decoder's layers draw their first weights from here on, so that none has the same as one of the encoder's. */
const FIRST_PLACE = 1000;

/**
 * The encoder's mirror: a dense layer with ReLU, transposed convolutions with ReLU but for the last, and what they have
 * too much at the lower and right edge cropped. `[batch, latentDim]` to `[batch, height, width, channels]`.
 */
export function buildDecoder(architecture: Architecture, seed: number): tf.LayersModel {
  const [height, width, channels] = imageShape(architecture);
  const { filters, latentDim } = architecture;
  const code = codeShape(architecture);
  const input = tf.input({ shape: [latentDim], name: 'latents' });
  const dense = tf.layers.dense({
    name: 'code',
    units: code[0] * code[1] * code[2],
    activation: 'relu',
    kernelInitializer: glorot(seed, FIRST_PLACE),
  });
  let image = dense.apply(input) as tf.SymbolicTensor;
  image = tf.layers.reshape({ name: 'image', targetShape: [...code] }).apply(image) as tf.SymbolicTensor;
  const outputs = [...filters.slice(0, -1).reverse(), channels];
  outputs.forEach((count, i) => {
    const isLast = i + 1 === outputs.length;
    const layer = tf.layers.conv2dTranspose({
      name: `deconv${i + 1}`,
      filters: count,
      kernelSize: KERNEL_SIZE,
      strides: STRIDE,
      padding: 'same',
      activation: isLast ? 'linear' : 'relu',
      kernelInitializer: glorot(seed, FIRST_PLACE + 1 + i),
    });
    image = layer.apply(image) as tf.SymbolicTensor;
  });
  const [, grownHeight = height, grownWidth = width] = image.shape as readonly number[];
  const cropping: [[number, number], [number, number]] = [
    [0, grownHeight - height],
    [0, grownWidth - width],
  ];
  image = tf.layers.cropping2D({ name: 'rows', cropping }).apply(image) as tf.SymbolicTensor;
  return tf.model({ name: 'decoder', inputs: input, outputs: image });
}
