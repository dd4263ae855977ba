import { beforeAll, describe, expect, it } from 'vitest';
import { openBackend } from '../backend/open-backend.js';
import * as tf from '../tf.js';
import { Adam } from './adam.js';
import { clipByGlobalNorm, globalNorm } from './clip-gradients.js';
import { Momentum } from './momentum.js';
import type { Optimizer } from './optimizer.js';

beforeAll(() => openBackend(), 180_000);

/** Values of a variable after steps with the gradients 1, -2, 0.5. */
function valuesAfter(make: (variables: tf.Variable[]) => Optimizer): number[] {
  const variable = tf.tidy(() => tf.variable(tf.scalar(1)));
  const optimizer = make([variable]);
  const values = [1, -2, 0.5].map(gradient => {
    tf.tidy(() => optimizer.applyGradients([tf.scalar(gradient)], 0.1));
    return variable.dataSync()[0]!;
  });
  optimizer.dispose();
  variable.dispose();
  return values;
}

describe('optimizers', () => {
  it('Adam makes the steps of the paper', () => {
    let [mean, square, value] = [0, 0, 1];
    const expected = [1, -2, 0.5].map((gradient, i) => {
      mean = 0.9 * mean + 0.1 * gradient;
      square = 0.999 * square + 0.001 * gradient ** 2;
      const corrected = Math.sqrt(square / (1 - 0.999 ** (i + 1)));
      value -= (0.1 * mean) / (1 - 0.9 ** (i + 1)) / corrected;
      return value;
    });
    valuesAfter(variables => new Adam(variables)).forEach((actual, i) => {
      expect(actual).toBeCloseTo(expected[i]!, 5);
    });
  });

  it('Momentum goes on where it went', () => {
    const expected = [0.9, 1.01, 1.059];
    valuesAfter(variables => new Momentum(variables, 0.9)).forEach((actual, i) => {
      expect(actual).toBeCloseTo(expected[i]!, 6);
    });
  });
});

describe('clipByGlobalNorm', () => {
  it('shortens all gradients together, and leaves short ones', () => {
    tf.tidy(() => {
      const gradients = [tf.tensor1d([3, 0]), tf.tensor2d([[0], [4]])];
      const norm = globalNorm(gradients).dataSync()[0]!;
      expect(norm).toBe(5);
      const clipped = clipByGlobalNorm(gradients, norm, 1).flatMap(gradient => [...gradient.dataSync()]);
      [0.6, 0, 0, 0.8].forEach((value, i) => {
        expect(clipped[i]).toBeCloseTo(value, 6);
      });
      const left = clipByGlobalNorm(gradients, norm, 6).flatMap(gradient => [...gradient.dataSync()]);
      expect(left).toEqual([3, 0, 0, 4]);
    });
  });
});
