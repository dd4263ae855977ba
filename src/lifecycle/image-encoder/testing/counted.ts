import type { Layer, LayerGraph } from '../../../vision/encoders/layer-graph.js';
import { weightedLayers, weightShapes } from '../../../vision/encoders/layer-weights.js';
import type { Image } from '../../../vision/image.js';

/** Weights and pictures that `test/goldens/vision/make_encoder_goldens.py` makes too, from a counter. */

/** A number of 0 to 1. */
export function uniform(counter: number): number {
  let h = Math.imul(counter, 0x9e3779b1);
  h ^= h >>> 15;
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  return (h >>> 0) / 2 ** 32;
}

/** A weight and what it is called in its layer. */
export interface CountedWeight {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Weights of a network, one counter through all of them in the order of Keras's files. */
export function* countedWeights(graph: LayerGraph): Generator<{ layer: Layer; weights: CountedWeight[] }> {
  let counter = 0;
  for (const layer of weightedLayers(graph)) {
    const names = weightNames(layer);
    const weights = weightShapes(layer).map((shape, i) => {
      const size = shape.reduce((product, each) => product * each, 1);
      const name = names[i]!;
      const limit = Math.sqrt(6 / (size / shape.at(-1)!));
      const data = new Float32Array(size);
      for (let j = 0; j < size; j++, counter++) {
        const u = uniform(counter);
        if (name === 'kernel') data[j] = (u - 0.5) * 2 * limit;
        else data[j] = name === 'gamma' || name === 'moving_variance' ? 0.5 + u : (u - 0.5) * 0.2;
      }
      return { name, shape, data };
    });
    yield { layer, weights };
  }
}

function weightNames({ operation }: Layer): readonly string[] {
  if (operation.type !== 'batch-normalization') return ['kernel', 'bias'];
  const names = ['gamma', 'beta', 'moving_mean', 'moving_variance'];
  return operation.hasScale ? names : names.slice(1);
}

/** A slope with grain. */
export function picture(height: number, width: number, channels: 1 | 3, seed: number): Image {
  const data = new Uint8Array(height * width * channels);
  for (let i = 0; i < data.length; i++) {
    const pixel = Math.floor(i / channels);
    const [x, y, c] = [pixel % width, Math.floor(pixel / width), i % channels];
    data[i] = (3 * x + 5 * y + 40 * c + Math.floor(uniform(seed + i) * 64)) % 256;
  }
  return { width, height, channels, data };
}
