import { beforeAll, describe, expect, it } from 'vitest';
import { openBackend } from '../backend/open-backend.js';
import { memorySource } from '../training/row-source.js';
import { buildNetwork, drawWeights } from './build-network.js';
import { computingVersions } from './origin.js';
import { ResidualAutoEncoder } from './residual-auto-encoder.js';
import { machineSegments, TINY } from './testing/tiny.js';
import { trainResidual } from './train-residual.js';

beforeAll(() => openBackend({ kind: 'wasm' }));

const source = memorySource(machineSegments(6), TINY.shape);

describe('the WebAssembly backend', () => {
  it('refuses to train a residual auto-encoder', async () => {
    await expect(trainResidual(source, { architecture: TINY })).rejects.toMatchObject({
      code: 'TRAINING_UNSUPPORTED',
    });
  });

  it('scores with one that it reads', async () => {
    const network = buildNetwork(TINY);
    drawWeights(network, TINY, 1);
    const origin = {
      ...{ steps: 1, askedSteps: 1, batchSize: 1, learningRate: 1, clipNorm: null, seed: 1 },
      ...{ schedule: { type: 'constant' }, earlyStopping: null },
      ...{ segments: 1, heldOutSegments: 0, startedFrom: null, versions: computingVersions() },
    };
    const made = new ResidualAutoEncoder(network, TINY, origin);
    const read = await ResidualAutoEncoder.fromFiles(await made.toFiles());
    const scored = await read.score(source);
    expect(scored).toEqual(await made.score(source));
    expect(new Set(scored.residuals).size).toBe(6);
    expect(scored.residuals.every(residual => residual > 0.1 && residual < 10)).toBe(true);
    made.dispose();
    read.dispose();
  });
});
