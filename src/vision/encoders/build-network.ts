import { nativeBackend } from '../../nn/backend/native-backend.js';
import { GraphNetwork } from './graph-network.js';
import type { Layer, LayerGraph } from './layer-graph.js';
import { LayerNetwork } from './layer-network.js';
import type { ReadWeights } from './layer-weights.js';
import type { FeatureNetwork } from './network-encoder.js';

/**
 * A trained network from its input to one of its layers, in the fastest form that the open backend has. A graph would
 * bring its weights to a GPU anew for each batch, so there the layers are computed one by one.
 */
export function buildNetwork(graph: LayerGraph, output: Layer, read: ReadWeights): FeatureNetwork {
  const native = nativeBackend();
  if (native === null || native.isUsingGpuDevice) return new LayerNetwork(graph, output, read);
  return new GraphNetwork(native, graph, output, read);
}
