import { describe, expect, it } from 'vitest';
import { sealArtefact } from './artefact.js';
import { featureSetId } from './feature-set.js';
import { fitMixtureNoise } from './fit-mixture-noise.js';
import { openNoiseModel } from './open-noise-model.js';
import { BANDS, batchOf, FRAMES, makeEvents, mixedEvents, trainingSet } from './testing/events.js';

const { artefact, model } = await fitMixtureNoise(await trainingSet(mixedEvents([20, 20, 20])), {
  kind: 'gmm',
  groups: 3,
  sequence: 1,
});

describe('a noise model', () => {
  it('names the runners-up with probabilities that fall and sum to one', () => {
    const [answer] = model.assign(batchOf(makeEvents([1], 9)));
    const probabilities = [answer!.probability, ...answer!.runnersUp.map(({ probability }) => probability)];
    expect(probabilities).toHaveLength(3);
    expect(probabilities.reduce((a, b) => a + b)).toBeCloseTo(1, 12);
    expect([...probabilities].sort((a, b) => b - a)).toEqual(probabilities);
    expect(new Set([answer!.group, ...answer!.runnersUp.map(({ group }) => group)]).size).toBe(3);
  });

  it('refuses spectrograms of another shape, and NaN', () => {
    const batch = batchOf(makeEvents([0, 1]));
    const refused = expect.objectContaining({ code: 'MATRIX_INVALID' });
    expect(() => model.assign({ ...batch, bands: FRAMES, frames: BANDS })).toThrow(refused);
    expect(() => model.assign({ ...batch, rows: 3 })).toThrow(refused);
    expect(() => model.assign(batchOf([]))).toThrow(refused);
    batch.data[3] = Number.NaN;
    expect(() => model.assign(batch)).toThrow(refused);
  });

  it('opens from its artefact', async () => {
    const opened = await openNoiseModel(artefact);
    expect(opened).toMatchObject({ version: model.version, kind: 'gmm', groups: [0, 1, 2] });
    expect(opened.featureSet).toBe('logmel-test');
  });

  it('refuses an artefact of another kind, with arrays of another shape, or with numbers that are no mixture', async () => {
    const { version: _, files: __, format: ___, ...draft } = artefact.card;
    const open = (change: object, arrays = artefact.arrays) =>
      openNoiseModel(sealArtefact({ ...draft, ...change }, arrays));
    const refused = { code: 'MODEL_INVALID' };
    await expect(open({ kind: 'vade' })).rejects.toMatchObject(refused);
    await expect(open({ method: 'machine' })).rejects.toMatchObject(refused);
    await expect(open({ details: {} })).rejects.toMatchObject(refused);
    const without = new Map([...artefact.arrays].filter(([name]) => name !== 'means'));
    await expect(open({}, without)).rejects.toMatchObject(refused);
    const wrong = new Map([...artefact.arrays, ['weights', { data: Float64Array.of(1, -1, 0), shape: [3] }]]);
    await expect(open({}, wrong)).rejects.toMatchObject(refused);
  });
});

describe('featureSetId', () => {
  it('tells options apart, not the order they are given in', () => {
    const id = featureSetId('logmel', { nMels: 128, ref: 'max' });
    expect(id).toMatch(/^logmel-[0-9a-f]{12}$/);
    expect(featureSetId('logmel', { ref: 'max', nMels: 128 })).toBe(id);
    expect(featureSetId('logmel', { ref: 1, nMels: 128 })).not.toBe(id);
    expect(featureSetId('stft', { nMels: 128, ref: 'max' })).not.toBe(id);
  });
});
