import { beforeAll, describe, expect, it } from 'vitest';
import { openBackend } from '../backend/open-backend.js';
import * as tf from '../tf.js';
import { InputNoise, type NoiseOptions } from './input-noise.js';

beforeAll(() => openBackend(), 180_000);

const SIZE = 1000;

function noisy(options: NoiseOptions, step: number, seed = 1): Float32Array {
  let values = new Float32Array(0);
  tf.tidy(() => {
    const x = tf.ones([8, SIZE]);
    values = Float32Array.from(new InputNoise(options, SIZE, seed).apply(x, step).dataSync());
  });
  return values;
}

const meanOf = (values: Float32Array) => values.reduce((a, b) => a + b, 0) / values.length;

describe('InputNoise', () => {
  it('adds normal noise of the standard deviation that is asked for', () => {
    const noise = noisy({ type: 'gaussian', std: 0.3 }, 0).map(value => value - 1);
    expect(Math.abs(meanOf(noise))).toBeLessThan(0.02);
    expect(Math.sqrt(meanOf(noise.map(value => value * value)))).toBeCloseTo(0.3, 1);
  });

  it('masks the share that is asked for, and leaves the rest as it is', () => {
    const values = noisy({ type: 'masking', share: 0.25 }, 0);
    expect(new Set(values)).toEqual(new Set([0, 1]));
    expect(meanOf(values)).toBeCloseTo(0.75, 1);
  });

  it('is the same for the same seed and step, and another for each row, step and seed', () => {
    const options: NoiseOptions = { type: 'gaussian', std: 1 };
    const values = noisy(options, 5);
    expect(noisy(options, 5)).toEqual(values);
    expect(noisy(options, 6)).not.toEqual(values);
    expect(noisy(options, 5, 2)).not.toEqual(values);
    const rows = Array.from({ length: 8 }, (_, row) => values[row * SIZE]);
    expect(new Set(rows).size).toBe(8);
  });

  it('leaves rows as they are when there is to be none', () => {
    expect(noisy({ type: 'none' }, 0).every(value => value === 1)).toBe(true);
  });
});
