import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBackend } from '../backend/open-backend.js';
import type { ConvSdae } from '../conv-sdae/conv-sdae.js';
import { GROUPED, groupingChecks, pretrained } from '../testing/grouping-checks.js';
import { latentKMeans } from '../testing/latent-k-means.js';
import * as tf from '../tf.js';
import { memorySource } from '../training/row-source.js';
import { trainVade, type VadeOptions } from './train-vade.js';
import { Vade, type VadeLoss } from './vade.js';

const { source } = GROUPED;
const LOSSES: readonly VadeLoss[] = ['seed', 'elbo'];
const OPTIONS: VadeOptions = {
  groups: 3,
  kMeans: latentKMeans,
  loss: 'elbo',
  epochs: 4,
  batchSize: 16,
  seed: 1,
};
let sdae: ConvSdae;

beforeAll(async () => {
  await openBackend();
  sdae = await pretrained();
}, 180_000);
afterAll(() => sdae.dispose());

describe.each(LOSSES)('trainVade with the loss %s', loss => {
  const options: VadeOptions = { ...OPTIONS, loss };

  groupingChecks({
    sdae: () => sdae,
    train: (rows, from, more) => trainVade(rows, from, { ...options, ...more }),
    fromFiles: async files => {
      const read = await Vade.fromFiles(files);
      expect(read.loss).toBe(loss);
      return read;
    },
    killAt: [3, 7],
  });

  it('starts where the Conv-SDAE ended and lowers the loss', async () => {
    const losses: number[] = [];
    const { model, training } = await trainVade(source, sdae, {
      ...options,
      epochs: 20,
      warmUpEpochs: 0,
      onProgress: ({ loss }) => void losses.push(loss),
    });
    expect(training.loss).toBeLessThan(losses[0]!);
    expect(Object.keys(training.parts)).toEqual(
      loss === 'seed' ? ['reconstruction', 'kl', 'clustering'] : ['reconstruction', 'kl'],
    );
    const { logLikelihood } = await model.assign(source);
    expect(logLikelihood.every(Number.isFinite)).toBe(true);
    expect(model.prior.weights.reduce((a, b) => a + b)).toBeCloseTo(1, 12);
    model.dispose();
  });

  it('lets what groups count little by little', async () => {
    const seen: number[] = [];
    const { model } = await trainVade(source, sdae, {
      ...options,
      warmUpEpochs: 2,
      epochs: 3,
      onProgress: ({ loss: total, parts }) => {
        const { reconstruction = 0, kl = 0, clustering = 0 } = parts;
        const full = loss === 'seed' ? 0.1 * kl + 0.5 * clustering : kl;
        seen.push((total - reconstruction) / full);
      },
    });
    [0, 1 / 6, 2 / 6, 3 / 6, 4 / 6, 5 / 6, 1, 1, 1].forEach((weight, i) => {
      expect(seen[i]).toBeCloseTo(weight, 3);
    });
    model.dispose();
  });

  it('takes early stopping on held-out rows, and keeps no tensors', async () => {
    const tensors = tf.memory().numTensors;
    const counts = new Set<number>();
    const { model, training } = await trainVade(source, sdae, {
      ...options,
      heldOutShare: 0.25,
      earlyStopping: { patience: 2 },
      onProgress: () => void counts.add(tf.memory().numTensors),
    });
    expect(training.heldOutLoss).toBeGreaterThan(0);
    expect(counts.size).toBe(1);
    model.dispose();
    expect(tf.memory().numTensors).toBe(tensors);
  });
});

describe('trainVade', () => {
  it('draws at first what the Conv-SDAE drew', async () => {
    // So small a rate changes nothing that can be seen.
    const { model } = await trainVade(source, sdae, { ...OPTIONS, epochs: 1, learningRate: 1e-12 });
    const drawn = await model.network.reconstruct(source);
    const before = await sdae.reconstruct(source);
    expect(Math.max(...drawn.map((value, i) => Math.abs(value - before[i]!)))).toBeLessThan(1e-3);
    model.dispose();
  });

  it.each(LOSSES)('reports a collapsed fit as an error, never as a model: loss %s', async loss => {
    const tensors = tf.memory().numTensors;
    // A hum just above the threshold: every event is the same.
    const hum = memorySource(new Float32Array(48 * 320).fill(-30), [16, 20]);
    const collapsed = trainVade(hum, sdae, { ...OPTIONS, loss });
    await expect(collapsed).rejects.toMatchObject({ code: 'MODEL_COLLAPSED' });
    await expect(collapsed).rejects.toThrow('Of 3 groups 1 have events, the largest has 100.0 % of them.');
    expect(tf.memory().numTensors).toBe(tensors);
  });

  it('refuses options that make no sense', async () => {
    const refused = (options: Partial<VadeOptions>) =>
      expect(trainVade(source, sdae, { ...OPTIONS, ...options })).rejects.toMatchObject({
        code: 'PARAMETER_INVALID',
      });
    await refused({ beta: -1 });
    await refused({ gamma: Number.NaN });
    await refused({ warmUpEpochs: -1 });
    await refused({ clipNorm: 0 });
  });
});
