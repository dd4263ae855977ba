import { PlantsenseError } from '../../errors.js';
import type { Layer, LayerGraph } from '../../vision/encoders/layer-graph.js';
import { type ReadWeights, weightedLayers, weightShapes } from '../../vision/encoders/layer-weights.js';
import type { StoredLayer } from './keras-weight-file.js';

/**
 * Finds each layer's weights in a file: by order, as Keras does, since names of layers differ between versions and
 * programs. The file may go on after the network's last layer: it has a classifier then. It may end before it: a layer
 * that is missing is told of when it is needed.
 *
 * @param from names the file in errors
 * @throws PlantsenseError WEIGHTS_INVALID when a layer has another shape: these are weights of another network
 */
export function matchWeights(graph: LayerGraph, stored: readonly StoredLayer[], from: string): ReadWeights {
  const layers = weightedLayers(graph);
  const found = new Map<Layer, StoredLayer>();
  layers.forEach((layer, i) => {
    const weights = stored[i];
    if (!weights) return;
    const expected = told(weightShapes(layer));
    const shapes = told(weights.weights.map(weight => weight.shape));
    if (shapes !== expected)
      throw new PlantsenseError(
        'WEIGHTS_INVALID',
        `${from} has weights of another network: its layer ${i + 1}, ${weights.name}, has the shapes ${shapes}, where ${layer.name} needs ${expected}.`,
      );
    found.set(layer, weights);
  });
  return layer => {
    const weights = found.get(layer);
    if (!weights)
      throw new PlantsenseError(
        'WEIGHTS_INVALID',
        `${from} ends before the layer ${layer.name}: it has ${stored.length} layers with weights, and this one is number ${layers.indexOf(layer) + 1}. A file without the classifier lacks it.`,
      );
    return weights.weights.map(weight => weight.read());
  };
}

function told(shapes: readonly (readonly number[])[]): string {
  return shapes.map(shape => (shape.length === 0 ? 'scalar' : shape.join('×'))).join(', ');
}
