import { beforeAll, describe, expect, it } from 'vitest';
import { openBackend } from '../backend/open-backend.js';
import { gradientError, largestError } from '../testing/goldens.js';
import * as tf from '../tf.js';
import { Adam } from '../training/adam.js';
import { lossAndGradients } from '../training/losses.js';
import type { ResidualArchitecture } from './architecture.js';
import { blockVariables } from './block-variables.js';
import { buildNetwork, drawWeights, MOMENTUM } from './build-network.js';
import { FoldedNetwork } from './folded-network.js';
import { ResidualObjective } from './residual-objective.js';
import { RESIDUAL_GOLDENS as KERAS, setWeights } from './testing/goldens.js';
import { trainingPass } from './training-pass.js';

beforeAll(() => openBackend(), 180_000);

const segments = () => tf.tensor4d([...KERAS.segments], [5, ...KERAS.shape, 1]);

function kerasNetwork(): tf.LayersModel {
  const network = buildNetwork(KERAS);
  setWeights(network, KERAS.weights);
  return network;
}

describe('the network with the weights of Keras', () => {
  it('reconstructs as Keras does, with its layers and folded', () => {
    const network = kerasNetwork();
    const folded = new FoldedNetwork(blockVariables(network, KERAS));
    tf.tidy(() => {
      expect(largestError(network.apply(segments()) as tf.Tensor, KERAS.inference)).toBeLessThan(1e-5);
      expect(largestError(folded.apply(segments()), KERAS.inference)).toBeLessThan(1e-5);
    });
    folded.dispose();
    network.dispose();
  });

  it('reconstructs in training as Keras does', () => {
    const network = kerasNetwork();
    tf.tidy(() => {
      const reconstructions = trainingPass(blockVariables(network, KERAS), segments());
      expect(largestError(reconstructions, KERAS.training)).toBeLessThan(1e-5);
    });
    network.dispose();
  });

  it('makes a step as Keras does, moving averages included', () => {
    const network = kerasNetwork();
    const objective = new ResidualObjective(network, KERAS, 'weights with averages', 2000);
    const adam = new Adam(objective.trained);
    tf.tidy(() => {
      const x = tf.squeeze(segments(), [3]);
      const batch = { x, indices: new Int32Array(5), epoch: 0, step: 0, isTraining: true };
      const { losses, gradients } = lossAndGradients(objective, batch);
      expect(losses.total).toBeCloseTo(KERAS.loss, 5);
      adam.applyGradients(gradients, KERAS.learningRate);
    });
    for (const [name, expected] of Object.entries(KERAS.weightsAfterStep))
      network.getLayer(name).weights.forEach((weight, i) => {
        // Keras computes a gradient of the biases that has no effect, of rounding errors, and Adam makes steps of it.
        const isWithoutEffect = i === 1 && `${name}-norm` in KERAS.weights;
        const values = isWithoutEffect ? KERAS.weights[name]![i]! : expected[i]!;
        expect(largestError(weight.read(), values), weight.name).toBeLessThan(KERAS.learningRate / 100);
      });
    adam.dispose();
    network.dispose();
  });
});

describe('trainingPass', () => {
  /** Smaller still: each parameter is moved twice. */
  const architecture: ResidualArchitecture = {
    shape: [8, 4],
    encoder: [
      { kernelSize: 3, strides: [2, 1], maps: 3 },
      { kernelSize: 4, strides: [2, 2], maps: 2 },
    ],
    decoder: [
      { kernelSize: 4, strides: [2, 2], maps: 3 },
      { kernelSize: 3, strides: [2, 1], maps: 1 },
    ],
  };

  it('has the gradients of finite differences', () => {
    const network = buildNetwork(architecture);
    drawWeights(network, architecture, 4);
    const blocks = blockVariables(network, architecture);
    // Far from 0, where ReLU has no derivative: two maps pass it wholly and one not at all.
    for (const { norm } of blocks)
      tf.tidy(() => (norm?.offset as tf.Variable | undefined)?.assign(tf.tensor1d([4, -4, 4])));
    const parameters = blocks.flatMap(({ kernel, norm }) => [
      kernel,
      ...(norm ? [norm.scale, norm.offset] : []),
    ]);
    const x = tf.randomNormal([3, 8, 4, 1], 0, 1, 'float32', 2) as tf.Tensor4D;
    const loss = (...moved: tf.Tensor[]) => {
      const next = () => moved.shift()!;
      const changed = blocks.map(block => ({
        ...block,
        kernel: next() as tf.Tensor4D,
        norm: block.norm && { ...block.norm, scale: next() as tf.Tensor1D, offset: next() as tf.Tensor1D },
      }));
      return tf.mean(tf.squaredDifference(trainingPass(changed, x), x)) as tf.Scalar;
    };
    expect(gradientError(loss, parameters)).toBeLessThan(0.02);
    x.dispose();
    network.dispose();
  });

  it('tells the moving averages of the bias that it leaves out', () => {
    const network = buildNetwork(architecture);
    drawWeights(network, architecture, 4);
    const [first] = blockVariables(network, architecture);
    const x = tf.randomNormal([3, 8, 4, 1], 0, 1, 'float32', 2) as tf.Tensor4D;
    const movingMean = (bias: readonly number[]) => {
      tf.tidy(() => (first!.bias as tf.Variable).assign(tf.tensor1d([...bias])));
      tf.tidy(() => first!.norm!.mean.assign(tf.zeros([3])));
      tf.tidy(() => void trainingPass(blockVariables(network, architecture), x));
      return first!.norm!.mean.dataSync();
    };
    const [a = 0, b = 0] = movingMean([0, 0, 0]);
    const [c = 0, d = 0] = movingMean([1, -2, 0]);
    expect(c - a).toBeCloseTo(1 - MOMENTUM, 6);
    expect(d - b).toBeCloseTo(-2 * (1 - MOMENTUM), 6);
    x.dispose();
    network.dispose();
  });
});
