import { File, ready } from 'h5wasm/node';
import type { LayerGraph } from '../../../vision/encoders/layer-graph.js';
import { countedWeights } from './counted.js';

/** Writes a network's counted weights as Keras would. */
export async function writeCountedWeights(path: string, graph: LayerGraph): Promise<void> {
  await ready;
  const file = new File(path, 'w');
  const names: string[] = [];
  for (const { layer, weights } of countedWeights(graph)) {
    const group = file.create_group(layer.name);
    names.push(layer.name);
    group.create_attribute(
      'weight_names',
      weights.map(weight => weight.name),
    );
    for (const { name, shape, data } of weights) group.create_dataset({ name, data, shape: [...shape] });
  }
  file.create_attribute('layer_names', names);
  file.close();
}
