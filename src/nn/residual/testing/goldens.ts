import { readFileSync } from 'node:fs';
import * as tf from '../../tf.js';
import type { ResidualArchitecture } from '../architecture.js';

/** Weights of each layer by name, as Keras orders them. */
export type LayerWeights = Readonly<Record<string, readonly (readonly number[])[]>>;

/** `test/goldens/nn/residual.json`, which `make_residual_goldens.py` beside it makes with Keras. */
export const RESIDUAL_GOLDENS = JSON.parse(
  readFileSync(new URL('../../../../test/goldens/nn/residual.json', import.meta.url), 'utf8'),
) as ResidualArchitecture & {
  readonly learningRate: number;
  readonly weights: LayerWeights;
  readonly segments: readonly number[];
  readonly inference: readonly number[];
  readonly training: readonly number[];
  readonly loss: number;
  readonly weightsAfterStep: LayerWeights;
};

/** Gives a network the weights of a golden. */
export function setWeights(network: tf.LayersModel, weights: LayerWeights): void {
  for (const [name, values] of Object.entries(weights)) {
    const layer = network.getLayer(name);
    tf.tidy(() => {
      layer.setWeights(values.map((list, i) => tf.tensor([...list], layer.weights[i]!.shape as number[])));
    });
  }
}
