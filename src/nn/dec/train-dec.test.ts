import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBackend } from '../backend/open-backend.js';
import type { ConvSdae } from '../conv-sdae/conv-sdae.js';
import { GROUPED, groupingChecks, pretrained } from '../testing/grouping-checks.js';
import { latentKMeans } from '../testing/latent-k-means.js';
import { memorySource, type RowSource } from '../training/row-source.js';
import { Dec } from './dec.js';
import { type DecOptions, trainDec } from './train-dec.js';

const { source } = GROUPED;
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
  sdae = await pretrained();
}, 180_000);
afterAll(() => sdae.dispose());

describe('trainDec', () => {
  groupingChecks({
    sdae: () => sdae,
    train: (rows, from, options) => trainDec(rows, from, { ...OPTIONS, ...options }),
    fromFiles: files => Dec.fromFiles(files),
    killAt: [3, 4, 6],
  });

  it('draws rows nearer to their centroids until none changes its group', async () => {
    const spread = async (maxSteps: number) => {
      const { model, training } = await trainDec(source, sdae, { ...OPTIONS, maxSteps });
      const { responsibilities } = await model.assign(source);
      model.dispose();
      expect(training).toMatchObject({ steps: maxSteps, labelChanges: 0 });
      return responsibilities.reduce((sum, share) => sum + share * (1 - share), 0);
    };
    expect(await spread(60)).toBeLessThan(await spread(6));
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

  it('refuses rows and options that make no sense', async () => {
    const refused = (options: Partial<DecOptions>, rows = source) =>
      expect(trainDec(rows, sdae, { ...OPTIONS, ...options })).rejects;
    await refused({ refreshSteps: 0 }).toMatchObject({ code: 'PARAMETER_INVALID' });
    const others = memorySource(new Float32Array(48 * 12), [3, 4]);
    await refused({}, others).toMatchObject({ code: 'MATRIX_INVALID' });
  });
});
