import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { nativeBackend } from '../../nn/backend/native-backend.js';
import { openBackend } from '../../nn/backend/open-backend.js';
import * as tf from '../../nn/tf.js';
import { Random } from '../../random.js';
import { GraphBuilder } from './graph-builder.js';
import { GraphNetwork } from './graph-network.js';
import type { Layer, LayerGraph } from './layer-graph.js';
import { LayerNetwork } from './layer-network.js';
import { weightShapes } from './layer-weights.js';
import { planNetwork } from './network-plan.js';

/** Two branches with all that is folded: padding, normalised convolutions, depthwise ones. */
function smallGraph(): LayerGraph {
  const build = new GraphBuilder();
  const pixels = build.input(12);
  const input = build.add('rescaled', [build.add('normalized', [pixels], { type: 'normalization' })], {
    type: 'rescaling',
    factors: [0.5, 1, 2],
  });
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
  const pools = [
    build.maxPooling(sum, 3, 2),
    build.averagePooling(sum, 3, 2),
    build.maxPooling(sum, 2, 3, { padding: 'same' }),
  ];
  const joined = build.concatenate(pools.slice(0, 2));
  let gate = build.add('squeeze', [joined], { type: 'global-average-pooling' });
  gate = build.add('reshape', [gate], { type: 'reshape' });
  gate = build.convolution(gate, 8, 1, { name: 'gate', activation: 'sigmoid' });
  let x = build.add('gated', [joined, gate], { type: 'multiply' });
  x = build.add('dropped', [x], { type: 'dropout' });
  x = build.batchNormalization(x, { name: 'alone' });
  x = build.add('flat', [x], { type: 'flatten' });
  build.add('dense', [x], { type: 'dense', units: 3, activation: 'relu' });
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
    expect(steps('sum').slice(2)).toEqual([
      'halved_bn < halved same',
      'swish < swish same',
      'depthwise_bn < depthwise same',
      'wide_pad < wide_pad same',
      'shifted_bn < shifted valid',
      'sum < sum same',
    ]);
    // A layer that is asked for is not folded away.
    expect(steps('halved').slice(2)).toEqual(['halved < halved same']);
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

  it('gives the same as one graph', async () => {
    const native = nativeBackend();
    const graph = smallGraph();
    const weights = weightsOf(graph);
    const read = (layer: Layer) => weights.get(layer)!;
    const x = tf.randomUniform([3, 12, 12, 3], 0, 1, 'float32', 6) as tf.Tensor4D;
    for (const output of graph.slice(1)) {
      const network = new LayerNetwork(graph, output, read);
      const whole = native ? new GraphNetwork(native, graph, output, read) : network;
      const [a, b] = [network.apply(x), whole.apply(x)];
      expect(b.shape).toEqual([3, ...output.shape]);
      const values = b.dataSync();
      a.dataSync().forEach((value, i) => {
        expect(values[i], output.name).toBeCloseTo(value, 3);
      });
      tf.dispose([a, b]);
      network.dispose();
      if (whole !== network) whole.dispose();
    }
    x.dispose();
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
