import { readFileSync } from 'node:fs';
import * as tf from '../tf.js';

export type Table = number[][];

export interface DecGolden {
  readonly z: Table;
  readonly centroids: Table;
  readonly alpha: number;
  readonly q: Table;
  readonly p: Table;
  readonly kl: number;
}

export interface VadeGolden {
  readonly mean: Table;
  readonly logVariance: Table;
  readonly normals: Table;
  readonly prior: { readonly pi: number[]; readonly mean: Table; readonly logVariance: Table };
  readonly wanted: Table;
  readonly drawn: Table;
  readonly frequencies?: number[];
  readonly gamma: Table;
  readonly klPerRow: number[];
  readonly kl: number;
  readonly target: Table;
  readonly clustering: number;
  readonly meanSquaredError: number;
  readonly negativeLogLikelihood: number;
  readonly seedLoss: number;
  readonly elboLoss: number;
}

/** `test/goldens/nn/losses.json`, which `make_goldens.py` beside it makes. */
export const GOLDENS = JSON.parse(
  readFileSync(new URL('../../../test/goldens/nn/losses.json', import.meta.url), 'utf8'),
) as { readonly dec: DecGolden[]; readonly vade: VadeGolden[]; readonly klToStandardNormal: number[] };

/** The largest difference of a tensor's values to what they should be. */
export function largestError(actual: tf.Tensor, expected: ArrayLike<number>): number {
  const values = Array.from(actual.dataSync());
  if (values.length !== expected.length) return Number.POSITIVE_INFINITY;
  return values.reduce((largest, value, i) => Math.max(largest, Math.abs(value - expected[i]!)), 0);
}

/**
 * The largest difference of a gradient to central differences, relative to its largest value.
 * @param loss of tensors with the values and shapes of `at`
 */
export function gradientError(loss: (...at: tf.Tensor[]) => tf.Scalar, at: readonly tf.Tensor[]): number {
  const step = 0.004;
  let largest = 0;
  tf.tidy(() => {
    const gradients = tf.grads(loss as (...args: tf.Tensor[]) => tf.Tensor)([...at]);
    at.forEach((tensor, argument) => {
      const values = Float32Array.from(tensor.dataSync());
      const lossWith = (i: number, change: number) => {
        const moved = values.slice();
        moved[i]! += change;
        const changed = at.map((other, j) => (j === argument ? tf.tensor(moved, tensor.shape) : other));
        return loss(...changed).dataSync()[0]!;
      };
      const differences = Float32Array.from(
        values,
        (_, i) => (lossWith(i, step) - lossWith(i, -step)) / (2 * step),
      );
      const size = Math.max(1e-3, ...differences.map(Math.abs));
      largest = Math.max(largest, largestError(gradients[argument]!, differences) / size);
    });
  });
  return largest;
}
