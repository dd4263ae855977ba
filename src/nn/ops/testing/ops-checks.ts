import { beforeAll, describe, expect, it } from 'vitest';
import { type BackendKind, openBackend, type TensorBackend } from '../../backend/open-backend.js';
import * as tf from '../../tf.js';
import { batchNorm, batchNormInference } from '../batch-norm.js';
import { relu } from '../relu.js';

const EPSILON = 1e-3;
const TOLERANCE = 1e-4;

/** What the operations owe on every backend. */
export function checkOps(kind: BackendKind): void {
  describe(`operations on the backend ${kind}`, () => {
    let backend: TensorBackend;
    beforeAll(async () => {
      backend = await openBackend({ kind });
    }, 300_000);

    it('run on that backend and on no other', () => {
      expect(backend.kind).toBe(kind);
      expect(tf.getBackend()).toBe(kind === 'native' ? 'tensorflow' : kind);
    });

    for (const shape of [
      [4, 3, 5, 2],
      [6, 3],
    ] as const) {
      it(`normalise a batch of ${shape.join(' x ')} and give its mean and population variance`, () => {
        tf.tidy(() => {
          const { x, scale, offset } = example(shape);
          const { y, mean, variance } = batchNorm(x, scale, offset, EPSILON);
          const moments = tf.moments(x, axes(x));
          expectClose(mean, moments.mean);
          expectClose(variance, moments.variance);
          expectClose(y, composed(x, scale, offset));
          expectClose(y, batchNormInference(x, mean, variance, scale, offset, EPSILON));
        });
      });

      it(`have the gradients of the composed form for ${shape.join(' x ')}`, () => {
        tf.tidy(() => {
          const { x, scale, offset, dy } = example(shape);
          const fused = tf.grads(
            (...[a, b, c]: tf.Tensor[]) =>
              batchNorm(a as typeof x, b as tf.Tensor1D, c as tf.Tensor1D, EPSILON).y,
          );
          const plain = tf.grads((...[a, b, c]: tf.Tensor[]) => composed(a!, b!, c!));
          const expected = plain([x, scale, offset], dy);
          fused([x, scale, offset], dy).forEach((gradient, i) => void expectClose(gradient, expected[i]!));
        });
      });
    }

    it('have the gradients of finite differences', () => {
      tf.tidy(() => {
        const { x, scale, offset, dy } = example([5, 2]);
        const inputs = [x, scale, offset];
        const gradients = tf.grads(
          (...[a, b, c]: tf.Tensor[]) =>
            batchNorm(a as typeof x, b as tf.Tensor1D, c as tf.Tensor1D, EPSILON).y,
        )(inputs, dy);
        const values = inputs.map(input => [...input.dataSync()]);
        const weights = [...dy.dataSync()];
        gradients.forEach((gradient, which) => {
          const differences = values[which]!.map((_, at) => {
            const moved = (step: number) =>
              values.map((list, i) => (i === which ? list.with(at, list[at]! + step) : list));
            return (
              (weightedBatchNorm(moved(1e-5), weights) - weightedBatchNorm(moved(-1e-5), weights)) / 2e-5
            );
          });
          expectClose(gradient, tf.tensor(differences, gradient.shape));
        });
      });
    });

    it('normalise a batch of one, which has no spread, to the offset', () => {
      tf.tidy(() => {
        const { y, variance } = batchNorm(tf.tensor2d([[3, -7]]), tf.tensor1d([2, 2]), tf.tensor1d([1, 5]));
        expectClose(y, tf.tensor2d([[1, 5]]));
        expectClose(variance, tf.tensor1d([0, 0]));
      });
    });

    it('rectify, with a gradient that is 0 up to and at 0', () => {
      tf.tidy(() => {
        const x = tf.tensor1d([-2, -0, 0, 0.5, 3]);
        expect([...relu(x).dataSync()].map(Math.abs)).toEqual([0, 0, 0, 0.5, 3]);
        const gradient = tf.grad(a => relu(a))(x, tf.tensor1d([1, 2, 3, 4, 5]));
        expect([...gradient.dataSync()].map(Math.abs)).toEqual([0, 0, 0, 4, 5]);
      });
    });

    it('leave no tensor behind', () => {
      const { x, scale, offset, dy } = example([4, 3, 5, 2]);
      const once = () =>
        tf.tidy(() => {
          const { mean } = batchNorm(x, scale, offset);
          tf.grad((a: tf.Tensor) => relu(batchNorm(a as typeof x, scale, offset).y))(x, dy);
          return mean.sum().arraySync();
        });
      once();
      const before = tf.memory().numTensors;
      for (let i = 0; i < 10; i += 1) once();
      expect(tf.memory().numTensors).toBe(before);
      tf.dispose([x, scale, offset, dy]);
    });
  });
}

function example(readonlyShape: readonly number[]) {
  // For the types one of its shapes: nothing here depends on the rank.
  const shape = readonlyShape as [number, number, number, number];
  const channels = readonlyShape.at(-1)!;
  return {
    x: tf.randomNormal(shape, 2, 3, 'float32', 1) as tf.Tensor4D,
    dy: tf.randomNormal(shape, 0, 1, 'float32', 2),
    scale: tf.randomUniform([channels], 0.5, 2, 'float32', 3) as tf.Tensor1D,
    offset: tf.randomNormal([channels], 0, 1, 'float32', 4) as tf.Tensor1D,
  };
}

const axes = (x: tf.Tensor): number[] => x.shape.slice(0, -1).map((_, axis) => axis);

/** Batch normalisation written out, with the gradient that TensorFlow.js derives. */
function composed(x: tf.Tensor, scale: tf.Tensor, offset: tf.Tensor): tf.Tensor {
  const { mean, variance } = tf.moments(x, axes(x));
  return x.sub(mean).div(variance.add(EPSILON).sqrt()).mul(scale).add(offset);
}

/** Sum of the outputs of a [n, channels] batch, each with its weight, in double precision. */
function weightedBatchNorm(
  [x, scale, offset]: readonly (readonly number[])[],
  weights: readonly number[],
): number {
  const channels = scale!.length;
  let total = 0;
  for (let channel = 0; channel < channels; channel += 1) {
    const rows = x!.flatMap((value, i) => (i % channels === channel ? [{ value, weight: weights[i]! }] : []));
    const mean = rows.reduce((sum, { value }) => sum + value, 0) / rows.length;
    const variance = rows.reduce((sum, { value }) => sum + (value - mean) ** 2, 0) / rows.length;
    for (const { value, weight } of rows)
      total +=
        weight * (((value - mean) / Math.sqrt(variance + EPSILON)) * scale![channel]! + offset![channel]!);
  }
  return total;
}

function expectClose(actual: tf.Tensor, expected: tf.Tensor): void {
  expect(actual.shape).toEqual(expected.shape);
  expect(actual.sub(expected).abs().max().arraySync()).toBeLessThan(TOLERANCE);
}
