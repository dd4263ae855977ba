import { beforeAll, describe, expect, it } from 'vitest';
import { openBackend } from '../backend/open-backend.js';
import { trainConvSdae } from '../conv-sdae/train-conv-sdae.js';
import { trainDec } from '../dec/train-dec.js';
import { latentKMeans } from '../testing/latent-k-means.js';
import { groupedRows } from '../testing/rows.js';
import * as tf from '../tf.js';
import { trainVade } from '../vade/train-vade.js';

beforeAll(() => openBackend({ kind: 'cpu' }));

describe('plain JavaScript', () => {
  it('trains everything that TensorFlow trains, slower', async () => {
    const { source } = groupedRows(12, 2, [8, 9]);
    const before = tf.memory().numTensors;
    const options = { filters: [2, 2], latentDim: 2, epochs: 8, batchSize: 6, learningRate: 0.02 };
    const { model: sdae, training } = await trainConvSdae(source, options);
    expect(training.loss).toBeLessThan(1.1);
    const grouping = { groups: 2, kMeans: latentKMeans, maxShare: 1 };
    const dec = await trainDec(source, sdae, {
      ...grouping,
      maxSteps: 2,
      refreshSteps: 1,
      labelTolerance: 0,
    });
    expect((await dec.model.assign(source)).labels.length).toBe(12);
    const vade = await trainVade(source, sdae, { ...grouping, loss: 'seed', epochs: 1 });
    expect((await vade.model.assign(source)).labels.length).toBe(12);
    for (const model of [sdae, dec.model, vade.model]) model.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});
