import { beforeAll, describe, expect, it } from 'vitest';
import { normalizedMutualInfoScore } from '../../cluster/normalized-mutual-info-score.js';
import { openBackend } from '../backend/open-backend.js';
import type { ConvSdae } from '../conv-sdae/conv-sdae.js';
import { trainConvSdae } from '../conv-sdae/train-conv-sdae.js';
import { latentKMeans } from '../testing/latent-k-means.js';
import { MemoryCheckpoint } from '../testing/memory-checkpoint.js';
import { groupedRows } from '../testing/rows.js';
import * as tf from '../tf.js';
import { memorySource, type RowSource } from '../training/row-source.js';
import { Dec } from './dec.js';
import { type DecOptions, trainDec } from './train-dec.js';

const { source, truth } = groupedRows(48, 3);
const OPTIONS: DecOptions = {
  groups: 3,
  kMeans: latentKMeans,
  batchSize: 16,
  refreshSteps: 4,
  maxSteps: 12,
  labelTolerance: 0,
  seed: 1,
};
let sdae: ConvSdae;

beforeAll(async () => {
  await openBackend();
  const options = { filters: [4, 8], latentDim: 3, epochs: 15, batchSize: 16, learningRate: 0.01, seed: 1 };
  sdae = (await trainConvSdae(source, options)).model;
}, 180_000);

describe('trainDec', () => {
  it('finds the groups, and draws rows nearer to their centroids', async () => {
    const { model, training, shares } = await trainDec(source, sdae, { ...OPTIONS, maxSteps: 60 });
    const { labels, responsibilities, latents } = await model.assign(source);
    expect(normalizedMutualInfoScore(truth, labels)).toBe(1);
    expect(shares).toEqual({ activeGroups: 3, largestShare: 1 / 3 });
    expect(latents).toEqual(await model.encode(source));
    for (let row = 0; row < source.rows; row++)
      expect(responsibilities.subarray(row * 3, row * 3 + 3).reduce((a, b) => a + b)).toBeCloseTo(1, 5);
    expect(training.steps).toBe(60);
    expect(training.labelChanges).toBe(0);
    model.dispose();
  });

  it('stops when hardly a row changes its group', async () => {
    const { model, training } = await trainDec(source, sdae, { ...OPTIONS, labelTolerance: 0.001 });
    expect(training).toMatchObject({ steps: 4, stoppedEarly: true, labelChanges: 0 });
    model.dispose();
  });

  it('looks at the whole set once each refresh and no more', async () => {
    const asked: number[] = [];
    const counting: RowSource = {
      ...source,
      read: (indices, into) => {
        if (indices[0] === 0 && indices.length === 16 && indices[15] === 15) asked.push(1);
        return source.read(indices, into);
      },
    };
    const { model } = await trainDec(counting, sdae, OPTIONS);
    // k-means, steps 0, 4 and 8, and the groups at the end.
    expect(asked.length).toBe(5);
    model.dispose();
  });

  it.each([3, 4, 6])('ends with the same model when it is killed at step %i and goes on', async atStep => {
    const whole = await trainDec(source, sdae, OPTIONS);
    const checkpoint = new MemoryCheckpoint();
    const stop = new AbortController();
    const killed = trainDec(source, sdae, {
      ...OPTIONS,
      checkpoint,
      signal: stop.signal,
      onProgress: ({ step }) => {
        if (step === atStep) stop.abort(new Error('killed'));
      },
    });
    await expect(killed).rejects.toThrow('killed');
    const resumed = await trainDec(source, sdae, { ...OPTIONS, checkpoint });
    expect(await resumed.model.toFiles()).toEqual(await whole.model.toFiles());
    expect(resumed.training).toEqual(whole.training);
    whole.model.dispose();
    resumed.model.dispose();
  });

  it('leaves the Conv-SDAE as it is, and gives back all tensors', async () => {
    const before = await sdae.toFiles();
    const tensors = tf.memory().numTensors;
    const { model } = await trainDec(source, sdae, OPTIONS);
    model.dispose();
    expect(tf.memory().numTensors).toBe(tensors);
    expect(await sdae.toFiles()).toEqual(before);
  });

  it('reads its files back and gives the same bits', async () => {
    const { model } = await trainDec(source, sdae, OPTIONS);
    const files = await model.toFiles();
    const read = await Dec.fromFiles(files);
    expect(await read.assign(source)).toEqual(await model.assign(source));
    for (const name of files.keys()) {
      const without = new Map([...files].filter(([other]) => other !== name));
      await expect(Dec.fromFiles(without)).rejects.toMatchObject({ code: 'MODEL_INVALID' });
    }
    model.dispose();
    read.dispose();
  });

  it('refuses a fit that put everything into one group, and rows or groups that make no sense', async () => {
    const tensors = tf.memory().numTensors;
    const refused = (options: Partial<DecOptions>, rows = source) =>
      expect(trainDec(rows, sdae, { ...OPTIONS, ...options })).rejects;
    await refused({ maxShare: 0.3 }).toMatchObject({ code: 'MODEL_COLLAPSED' });
    await refused({ groups: 0 }).toMatchObject({ code: 'PARAMETER_INVALID' });
    await refused({ groups: 25 }).toMatchObject({ code: 'TRAINING_DATA_INSUFFICIENT' });
    await refused({ refreshSteps: 0 }).toMatchObject({ code: 'PARAMETER_INVALID' });
    const others = memorySource(new Float32Array(48 * 12), [3, 4]);
    await refused({}, others).toMatchObject({ code: 'MATRIX_INVALID' });
    expect(tf.memory().numTensors).toBe(tensors);
  });
});
