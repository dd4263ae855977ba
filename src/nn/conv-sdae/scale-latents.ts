import * as tf from '../tf.js';
import type { Latents } from './encoder.js';

/** A spread that is a smaller share of the latents themselves is their rounding, in 32 bits. */
const LEAST_SPREAD = 1e-6;

/** Standard deviation of latents about their means, over all dimensions; 1 when they are all the same. */
export function latentScale({ data, rows, cols }: Latents): number {
  let spread = 0;
  let squares = 0;
  for (let col = 0; col < cols; col++) {
    let mean = 0;
    for (let row = 0; row < rows; row++) mean += data[row * cols + col]! / rows;
    for (let row = 0; row < rows; row++) spread += (data[row * cols + col]! - mean) ** 2;
    squares += rows * mean ** 2;
  }
  return spread > LEAST_SPREAD ** 2 * squares ? Math.sqrt(spread / (rows * cols)) : 1;
}

/** Latents times a factor, as a copy. */
export function scaleLatents(latents: Latents, factor: number): Latents {
  return { ...latents, data: latents.data.map(value => value * factor) };
}

/** Makes a network give what it gave, divided by `scale`. The layer that gives it is linear. */
export function shrinkOutputs(network: tf.LayersModel, layer: string, scale: number): void {
  tf.tidy(() => {
    const dense = network.getLayer(layer);
    dense.setWeights(dense.getWeights().map(weight => tf.div(weight, scale)));
  });
}

/** Makes a network take what it took, divided by `scale`. */
export function growInputs(network: tf.LayersModel, layer: string, scale: number): void {
  tf.tidy(() => {
    const dense = network.getLayer(layer);
    const [kernel, ...rest] = dense.getWeights();
    dense.setWeights([tf.mul(kernel!, scale), ...rest]);
  });
}
