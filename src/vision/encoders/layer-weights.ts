import { kerasOrder } from './keras-order.js';
import type { Layer, LayerGraph, Shape } from './layer-graph.js';

/** Weights of a layer in the order of Keras's files, `[0]` the kernel, the scale or the mean. */
export type ReadWeights = (layer: Layer) => readonly Float32Array[];

/** Layers that have weights, in the order of Keras's files. */
export function weightedLayers(graph: LayerGraph): Layer[] {
  return kerasOrder(graph).filter(layer => weightShapes(layer).length > 0);
}

/** Shapes of a layer's weights in the order of Keras's files: what is trained, then what is not. */
export function weightShapes({ operation, inputs, shape }: Layer): readonly Shape[] {
  const channels = shape.at(-1)!;
  const channelsIn = inputs[0]?.shape.at(-1) ?? 0;
  switch (operation.type) {
    case 'convolution': {
      const kernel = [...operation.kernel, channelsIn, channels];
      return operation.hasBias ? [kernel, [channels]] : [kernel];
    }
    case 'depthwise-convolution':
      return [[...operation.kernel, channelsIn, 1]];
    case 'batch-normalization':
      return Array.from({ length: operation.hasScale ? 4 : 3 }, () => [channels]);
    case 'dense':
      return [[channelsIn, channels], [channels]];
    case 'normalization':
      // Mean, variance, and how many values they were measured of.
      return [[channels], [channels], []];
    default:
      return [];
  }
}
