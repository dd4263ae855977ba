import * as tf from '../../nn/tf.js';
import { stepShapes } from './folded-weights.js';
import { type Activation, SMALLEST_DEVIATION } from './layer-graph.js';
import type { Step } from './network-plan.js';

/** Output of a step for its inputs, `[batch, ...shape]` each. */
export type Compute = (inputs: readonly tf.Tensor[]) => tf.Tensor;

/** What computes a step, and its weights as tensors, which are the caller's. */
export function computeStep(
  step: Step,
  weights: readonly Float32Array[],
): { run: Compute; weights: tf.Tensor[] } {
  const shapes = stepShapes(step);
  const tensors = weights.map((values, i) => tf.keep(tf.tensor(values, [...shapes[i]!])));
  return { run: computeOf(step, tensors), weights: tensors };
}

function computeOf({ computed, padding }: Step, weights: readonly tf.Tensor[]): Compute {
  const { operation, shape } = computed;
  switch (operation.type) {
    case 'convolution': {
      const [kernel, bias] = weights as [tf.Tensor4D, tf.Tensor1D?];
      return ([x]) => {
        const sums = tf.conv2d(x as tf.Tensor4D, kernel, operation.strides, padding);
        return activated(biased(sums, bias), operation.activation);
      };
    }
    case 'depthwise-convolution': {
      const [kernel, bias] = weights as [tf.Tensor4D, tf.Tensor1D?];
      return ([x]) => biased(tf.depthwiseConv2d(x as tf.Tensor4D, kernel, operation.strides, padding), bias);
    }
    case 'dense': {
      const [kernel, bias] = weights as [tf.Tensor2D, tf.Tensor1D];
      return ([x]) => activated(biased(tf.matMul(x as tf.Tensor2D, kernel), bias), operation.activation);
    }
    case 'batch-normalization': {
      const [factors, sums] = weights as [tf.Tensor1D, tf.Tensor1D];
      return ([x]) => tf.add(tf.mul(x!, factors), sums);
    }
    case 'normalization': {
      const [mean, variance] = weights as [tf.Tensor, tf.Tensor];
      return ([x]) => tf.div(tf.sub(x!, mean), tf.maximum(tf.sqrt(variance), SMALLEST_DEVIATION));
    }
    case 'rescaling': {
      const factors = operation.factors;
      return ([x]) => tf.mul(x!, factors.length === 1 ? factors[0]! : tf.tensor1d([...factors]));
    }
    case 'activation':
      return ([x]) => activated(x!, operation.activation);
    case 'max-pooling':
      return ([x]) => tf.maxPool(x as tf.Tensor4D, operation.size, operation.strides, operation.padding);
    case 'average-pooling':
      return ([x]) => tf.avgPool(x as tf.Tensor4D, operation.size, operation.strides, operation.padding);
    case 'zero-padding': {
      const around: [number, number] = [operation.before, operation.after];
      return ([x]) => tf.pad(x as tf.Tensor4D, [[0, 0], around, around, [0, 0]]);
    }
    case 'global-average-pooling':
      return ([x]) => tf.mean(x!, [1, 2]);
    case 'reshape':
    case 'flatten':
      return ([x]) => tf.reshape(x!, [x!.shape[0]!, ...shape]);
    case 'add':
      return ([a, b]) => tf.add(a!, b!);
    case 'multiply':
      return ([a, b]) => tf.mul(a!, b!);
    case 'concatenate':
      return inputs => tf.concat([...inputs], -1);
    case 'dropout':
    case 'input':
      return ([x]) => tf.clone(x!);
  }
}

function biased(sums: tf.Tensor, bias: tf.Tensor | undefined): tf.Tensor {
  return bias ? tf.add(sums, bias) : sums;
}

function activated(x: tf.Tensor, activation: Activation | null): tf.Tensor {
  switch (activation) {
    case 'relu':
      return tf.relu(x);
    case 'swish':
      return tf.mul(x, tf.sigmoid(x));
    case 'sigmoid':
      return tf.sigmoid(x);
    case null:
      return x;
  }
}
