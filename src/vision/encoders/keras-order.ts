import type { Layer, LayerGraph } from './layer-graph.js';

/**
 * Layers in the order in which Keras keeps them, and writes their weights: by depth, the longest way to the output, and
 * within a depth in the order in which a search from the output meets them first. Weight files are matched by it.
 *
 * Source: `map_graph` of Keras, keras/src/ops/function.py.
 */
export function kerasOrder(graph: LayerGraph): Layer[] {
  const depths = new Map<Layer, number>();
  for (const layer of graph.toReversed()) {
    const depth = depths.get(layer) ?? 0;
    depths.set(layer, depth);
    for (const input of layer.inputs) depths.set(input, Math.max(depth + 1, depths.get(input) ?? 0));
  }
  const met = new Set<Layer>();
  const meet = (layer: Layer): void => {
    if (met.has(layer)) return;
    met.add(layer);
    for (const input of layer.inputs) meet(input);
  };
  meet(graph.at(-1)!);
  return [...met].sort((a, b) => depths.get(b)! - depths.get(a)!);
}
