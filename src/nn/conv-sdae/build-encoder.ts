import * as tf from '../tf.js';
import { deriveSeed, RANDOM_FOR } from '../training/derive-seed.js';
import { type Architecture, imageShape, KERNEL_SIZE, STRIDE } from './architecture.js';

/** A dense layer on the last convolution: one of the network's outputs. */
export interface Head {
  readonly name: string;
  /** Fixed first weights: normal with this standard deviation, and a bias. Default: Glorot's uniform ones and 0. */
  readonly init?: { readonly std: number; readonly bias: number };
}

export const LATENT_HEAD: Head = { name: 'latent' };

/** Convolutions with ReLU, then a dense layer for each head: `[batch, height, width, channels]` to `[batch, latentDim]`. */
export function buildEncoder(
  architecture: Architecture,
  heads: readonly Head[],
  seed: number,
): tf.LayersModel {
  const { filters, latentDim } = architecture;
  const input = tf.input({ shape: [...imageShape(architecture)], name: 'rows' });
  let code = input;
  filters.forEach((count, i) => {
    const layer = tf.layers.conv2d({
      name: `conv${i + 1}`,
      filters: count,
      kernelSize: KERNEL_SIZE,
      strides: STRIDE,
      padding: 'same',
      activation: 'relu',
      kernelInitializer: glorot(seed, i),
    });
    code = layer.apply(code) as tf.SymbolicTensor;
  });
  const flat = tf.layers.flatten({ name: 'flat' }).apply(code);
  const outputs = heads.map(({ name, init }, i) => {
    const place = filters.length + i;
    const layer = tf.layers.dense({
      name,
      units: latentDim,
      kernelInitializer: init ? normal(init.std, seed, place) : glorot(seed, place),
      biasInitializer: tf.initializers.constant({ value: init?.bias ?? 0 }),
    });
    return layer.apply(flat) as tf.SymbolicTensor;
  });
  return tf.model({ name: 'encoder', inputs: input, outputs });
}

/** First weights of the layer at a place of the network (Glorot & Bengio 2010). */
export function glorot(seed: number, place: number) {
  return tf.initializers.glorotUniform({ seed: deriveSeed(seed, RANDOM_FOR.weights, place) });
}

function normal(stddev: number, seed: number, place: number) {
  return tf.initializers.randomNormal({
    mean: 0,
    stddev,
    seed: deriveSeed(seed, RANDOM_FOR.weights, place),
  });
}
