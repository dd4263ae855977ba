import { beforeAll, describe, expect, it } from 'vitest';
import { nativeBackend } from '../backend/native-backend.js';
import { openBackend } from '../backend/open-backend.js';
import * as tf from '../tf.js';
import { GraphDef } from './graph-def.js';
import { NativeGraph } from './native-graph.js';

describe('a graph that TensorFlow runs as a whole', () => {
  beforeAll(() => openBackend(), 180_000);

  /** Row sums of `x * weight + 2`. */
  function smallGraph(): NativeGraph {
    const graph = new GraphDef();
    const x = graph.placeholder('x', [-1, 3]);
    const weight = graph.placeholder('weight', [3]);
    const product = graph.node('product', 'Mul', [x, weight]);
    const two = graph.constant('two', Float32Array.of(2), []);
    const axis = graph.constant('axis', Int32Array.of(-1), [1]);
    const shifted = graph.node('shifted', 'AddV2', [product, two]);
    const sums = graph.node('sums', 'Sum', [shifted, axis], { Tidx: { type: 'int32' } });
    return new NativeGraph(nativeBackend()!, graph, [x, weight], sums);
  }

  it('computes of what it is given, rows in any number, and keeps nothing', () => {
    const before = tf.memory().numTensors;
    const graph = smallGraph();
    for (const rows of [1, 4]) {
      const sums = tf.tidy(() => {
        const x = tf.range(0, 3 * rows).reshape([rows, 3]);
        return graph.run([x, tf.tensor1d([1, 10, -1])]).dataSync();
      });
      // 3 i + 10 (3 i + 1) - (3 i + 2) + 6
      expect([...sums]).toEqual(Array.from({ length: rows }, (_, i) => 30 * i + 14));
    }
    graph.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});
