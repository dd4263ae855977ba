import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openBackend } from '../../nn/backend/open-backend.js';
import * as tf from '../../nn/tf.js';
import { Random } from '../../random.js';
import { GraphBuilder } from './graph-builder.js';
import type { Layer, LayerGraph } from './layer-graph.js';
import { LayerNetwork } from './layer-network.js';
import { weightShapes } from './layer-weights.js';
import { planNetwork } from './network-plan.js';

/** Two branches with all that is folded: padding, normalised convolutions, depthwise ones. */
function smallGraph(): LayerGraph {
  const build = new GraphBuilder();
  const input = build.input(12);
  let a = build.add('pad', [input], { type: 'zero-padding', before: 0, after: 1 });
  a = build.convolution(a, 4, 3, { name: 'halved', strides: 2, padding: 'valid', hasBias: false });
  a = build.activation(build.batchNormalization(a, { name: 'halved_bn' }), 'swish', 'swish');
  a = build.add('depthwise', [a], {
    type: 'depthwise-convolution',
    kernel: [3, 3],
    strides: 1,
    padding: 'same',
  });
  a = build.batchNormalization(a, { name: 'depthwise_bn', hasScale: false });
  let b = build.add('wide_pad', [input], { type: 'zero-padding', before: 1, after: 1 });
  b = build.convolution(b, 4, 3, { name: 'shifted', strides: 2, padding: 'valid' });
  b = build.batchNormalization(b, { name: 'shifted_bn' });
  const sum = build.add('sum', [a, b], { type: 'add' });
  build.add('avg_pool', [sum], { type: 'global-average-pooling' });
  return build.graph;
}

function weightsOf(graph: LayerGraph): Map<Layer, Float32Array[]> {
  const random = new Random(3);
  return new Map(
    graph.map(layer => [
      layer,
      weightShapes(layer).map(shape =>
        Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => 0.2 + random.next()),
      ),
    ]),
  );
}

describe('a network up to a layer', () => {
  beforeAll(() => openBackend(), 180_000);
  afterEach(() => expect(tf.memory().numTensors).toBe(0));

  it('folds normalisations and paddings into convolutions, where nothing else needs them', () => {
    const graph = smallGraph();
    const steps = (name: string) =>
      planNetwork(graph, graph.find(layer => layer.name === name)!).map(
        step => `${step.layer.name} < ${step.computed.name} ${step.padding}`,
      );
    expect(steps('sum')).toEqual([
      'halved_bn < halved same',
      'swish < swish same',
      'depthwise_bn < depthwise same',
      'wide_pad < wide_pad same',
      'shifted_bn < shifted valid',
      'sum < sum same',
    ]);
    // A layer that is asked for is not folded away.
    expect(steps('halved')).toEqual(['halved < halved same']);
  });

  it('gives at the end what its layers one by one would', () => {
    const graph = smallGraph();
    const weights = weightsOf(graph);
    const read = (layer: Layer) => weights.get(layer)!;
    const x = tf.randomUniform([2, 12, 12, 3], 0, 1, 'float32', 5) as tf.Tensor4D;
    const at = (name: string, input: tf.Tensor4D, from = graph) => {
      const network = new LayerNetwork(from, from.find(layer => layer.name === name)!, read);
      const output = network.apply(input);
      network.dispose();
      return output;
    };
    // The normalisation by itself, of what the convolution alone gives.
    const norm = graph.find(layer => layer.name === 'shifted_bn')!;
    const convolved = at('shifted', x) as tf.Tensor4D;
    const [scale, offset, mean, variance] = read(norm).map(values => tf.tensor1d(values));
    const unfolded = tf.batchNorm(convolved, mean!, variance!, offset, scale, 1e-3);
    const folded = at('shifted_bn', x);
    const difference = tf.tidy(() => tf.max(tf.abs(tf.sub(folded, unfolded))));
    expect(difference.dataSync()[0]).toBeLessThan(1e-5);
    tf.dispose([x, convolved, scale!, offset!, mean!, variance!, unfolded, folded, difference]);
  });

  it('frees what it makes on the way', () => {
    const graph = smallGraph();
    const weights = weightsOf(graph);
    const network = new LayerNetwork(graph, graph.at(-1)!, layer => weights.get(layer)!);
    const x = tf.zeros([2, 12, 12, 3]) as tf.Tensor4D;
    network.apply(x).dispose();
    const before = tf.memory().numTensors;
    network.apply(x).dispose();
    expect(tf.memory().numTensors).toBe(before);
    x.dispose();
    network.dispose();
  });
});
