import { beforeAll, describe, expect, it } from 'vitest';
import { openBackend } from '../backend/open-backend.js';
import * as tf from '../tf.js';
import { memorySource } from '../training/row-source.js';
import { machineSegments, TINY } from './testing/tiny.js';
import { trainResidual } from './train-residual.js';

beforeAll(() => openBackend({ kind: 'cpu' }));

describe('plain JavaScript', () => {
  it('trains a residual auto-encoder and scores with it, slower', async () => {
    const source = memorySource(machineSegments(8), TINY.shape);
    const before = tf.memory().numTensors;
    const losses: number[] = [];
    const { model } = await trainResidual(source, {
      ...{ architecture: TINY, steps: 3, batchSize: 8, learningRate: 0.01 },
      onProgress: ({ loss }) => void losses.push(loss),
    });
    expect(losses.at(-1)).toBeLessThan(losses[0]!);
    expect((await model.score(source)).residuals.every(Number.isFinite)).toBe(true);
    expect(model.origin.versions.tensorflow).toBeNull();
    model.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});
