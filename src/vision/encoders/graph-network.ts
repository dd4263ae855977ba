import type { NativeBackend } from '../../nn/backend/native-backend.js';
import { GraphDef } from '../../nn/native-graph/graph-def.js';
import { NativeGraph } from '../../nn/native-graph/native-graph.js';
import * as tf from '../../nn/tf.js';
import { stepShapes, stepWeights } from './folded-weights.js';
import {
  type Activation,
  type Layer,
  type LayerGraph,
  type Padding,
  SMALLEST_DEVIATION,
} from './layer-graph.js';
import type { ReadWeights } from './layer-weights.js';
import { planNetwork, type Step } from './network-plan.js';

const NHWC = { data_format: 'NHWC' };
const INT32 = { type: 'int32' } as const;

/** A network as {@link LayerNetwork}, which TensorFlow computes as one graph. */
export class GraphNetwork {
  readonly #graph: NativeGraph;
  readonly #weights: tf.Tensor[] = [];

  /** @param read gives the weights of a layer that is needed, once for each */
  constructor(backend: NativeBackend, graph: LayerGraph, output: Layer, read: ReadWeights) {
    const writer = new GraphWriter(graph[0]!);
    for (const step of planNetwork(graph, output)) {
      const weights = stepWeights(step, read);
      writer.write(step, weights);
      const shapes = stepShapes(step);
      this.#weights.push(...weights.map((values, i) => handedOver(backend, values, shapes[i]!)));
    }
    this.#graph = new NativeGraph(backend, writer.def, writer.placeholders, writer.nodeOf(output));
  }

  /** Outputs of the layer for a batch, `[batch, ...shape]`. */
  apply(x: tf.Tensor4D): tf.Tensor {
    return this.#graph.run([x, ...this.#weights]);
  }

  dispose(): void {
    this.#graph.dispose();
    tf.dispose(this.#weights);
  }
}

/** A tensor whose numbers TensorFlow has: TensorFlow.js would keep them too until they are first used. */
function handedOver(backend: NativeBackend, values: Float32Array, shape: readonly number[]): tf.Tensor {
  const { TF_ATTR_TYPE, TF_FLOAT } = backend.binding;
  const type = [{ name: 'T', type: TF_ATTR_TYPE, value: TF_FLOAT }];
  return tf.tidy(() =>
    tf.keep(backend.executeSingleOutput('Identity', type, [tf.tensor(values, [...shape])])),
  );
}

/** Writes steps as TensorFlow's operations. */
class GraphWriter {
  readonly def = new GraphDef();
  readonly placeholders: string[] = [];
  readonly #nodes = new Map<Layer, string>();

  constructor(input: Layer) {
    this.#nodes.set(input, this.#placeholder(input.name, [-1, ...input.shape]));
  }

  nodeOf(layer: Layer): string {
    return this.#nodes.get(layer)!;
  }

  write(step: Step, weights: readonly Float32Array[]): void {
    const shapes = stepShapes(step);
    const names = weights.map((_, i) => this.#placeholder(`${step.layer.name}/weight${i}`, shapes[i]!));
    const inputs = step.inputs.map(input => this.nodeOf(input));
    this.#nodes.set(step.layer, this.#operation(step, inputs, names));
  }

  #operation(
    { layer, computed, padding }: Step,
    inputs: readonly string[],
    weights: readonly string[],
  ): string {
    const { name } = layer;
    const { operation, shape } = computed;
    const x = inputs[0]!;
    const [kernel, bias] = weights;
    switch (operation.type) {
      case 'convolution': {
        const sums = this.#biased(name, this.#slide(name, 'Conv2D', [x, kernel!], operation, padding), bias);
        return this.#activated(name, sums, operation.activation);
      }
      case 'depthwise-convolution':
        return this.#biased(
          name,
          this.#slide(name, 'DepthwiseConv2dNative', [x, kernel!], operation, padding),
          bias,
        );
      case 'dense': {
        const sums = this.#biased(name, this.def.node(`${name}/product`, 'MatMul', [x, kernel!]), bias);
        return this.#activated(name, sums, operation.activation);
      }
      case 'activation':
        return this.#activated(name, x, operation.activation);
      case 'max-pooling':
        return this.#slide(name, 'MaxPool', [x], operation, padding);
      case 'average-pooling':
        return this.#slide(name, 'AvgPool', [x], operation, padding);
      case 'global-average-pooling':
        return this.def.node(name, 'Mean', [x, this.#integers(`${name}/axes`, [1, 2])], { Tidx: INT32 });
      case 'zero-padding': {
        const { before, after } = operation;
        const sizes = this.#integers(`${name}/sizes`, [0, 0, before, after, before, after, 0, 0], [4, 2]);
        return this.def.node(name, 'Pad', [x, sizes], { Tpaddings: INT32 });
      }
      case 'reshape':
      case 'flatten': {
        const sizes = this.#integers(`${name}/shape`, [-1, ...shape]);
        return this.def.node(name, 'Reshape', [x, sizes], { Tshape: INT32 });
      }
      case 'add':
        return this.def.node(name, 'AddV2', inputs);
      case 'multiply':
        return this.def.node(name, 'Mul', inputs);
      case 'concatenate': {
        const axis = this.#integers(`${name}/axis`, [3], []);
        return this.def.node(name, 'ConcatV2', [...inputs, axis], { N: inputs.length, Tidx: INT32 });
      }
      case 'rescaling': {
        const factors = Float32Array.from(operation.factors);
        return this.def.node(name, 'Mul', [
          x,
          this.def.constant(`${name}/factors`, factors, [factors.length]),
        ]);
      }
      case 'batch-normalization': {
        const [factors, sums] = weights as [string, string];
        return this.def.node(name, 'AddV2', [this.def.node(`${name}/product`, 'Mul', [x, factors]), sums]);
      }
      case 'normalization': {
        const [mean, variance] = weights as [string, string];
        const centred = this.def.node(`${name}/centred`, 'Sub', [x, mean]);
        const least = this.def.constant(`${name}/least`, Float32Array.of(SMALLEST_DEVIATION), []);
        const root = this.def.node(`${name}/root`, 'Sqrt', [variance]);
        const deviation = this.def.node(`${name}/deviation`, 'Maximum', [root, least]);
        return this.def.node(name, 'RealDiv', [centred, deviation]);
      }
      case 'dropout':
      case 'input':
        return x;
    }
  }

  #slide(
    name: string,
    operation: string,
    inputs: readonly string[],
    { size, strides }: { readonly size?: number; readonly strides: number },
    padding: Padding,
  ): string {
    return this.def.node(`${name}/slide`, operation, inputs, {
      strides: [1, strides, strides, 1],
      padding: padding.toUpperCase(),
      ...NHWC,
      ...(size === undefined ? {} : { ksize: [1, size, size, 1] }),
    });
  }

  #biased(name: string, sums: string, bias: string | undefined): string {
    return bias === undefined ? sums : this.def.node(`${name}/sums`, 'BiasAdd', [sums, bias], NHWC);
  }

  #activated(name: string, x: string, activation: Activation | null): string {
    if (activation === null) return x;
    if (activation === 'relu') return this.def.node(name, 'Relu', [x]);
    const sigmoid = this.def.node(`${name}/sigmoid`, 'Sigmoid', [x]);
    return activation === 'sigmoid' ? sigmoid : this.def.node(name, 'Mul', [x, sigmoid]);
  }

  #integers(name: string, values: readonly number[], shape: readonly number[] = [values.length]): string {
    return this.def.constant(name, Int32Array.from(values), shape);
  }

  #placeholder(name: string, shape: readonly number[]): string {
    this.placeholders.push(name);
    return this.def.placeholder(name, shape);
  }
}
