import type * as tf from '../tf.js';

/**
 * Copies the weights of a network's layers into another's.
 * @param names pairs of layer names, from and to; by default each layer of the same name
 */
export function copyWeights(
  from: tf.LayersModel,
  to: tf.LayersModel,
  names: readonly (readonly [string, string])[] = from.layers.map(({ name }) => [name, name]),
): void {
  for (const [source, target] of names) to.getLayer(target).setWeights(from.getLayer(source).getWeights());
}

/** The variables of a network's layers, in order. */
export function trainableVariables(network: tf.LayersModel): tf.Variable[] {
  return network.trainableWeights.map(weight => weight.read() as tf.Variable);
}
