import { beforeAll, describe, expect, it } from 'vitest';
import { adjustedRandScore } from '../cluster/adjusted-rand-score.js';
import { openBackend } from '../nn/backend/open-backend.js';
import { MemoryCheckpoint } from '../nn/testing/memory-checkpoint.js';
import * as tf from '../nn/tf.js';
import { openArtefact } from './artefact.js';
import { DeepNoiseModel } from './deep-noise-model.js';
import { type FitDeepNoiseOptions, fitDeepNoise } from './fit-deep-noise.js';
import { fitMixtureNoise } from './fit-mixture-noise.js';
import { fitNoise } from './fit-noise.js';
import type { FitProgress } from './fit-noise-options.js';
import { nearestGroup } from './group-answer.js';
import { DEEP_KINDS, type DeepKind } from './noise-kind.js';
import {
  BANDS,
  batchOf,
  FRAMES,
  makeEvents,
  mixedEvents,
  mixedSources,
  tensorsOf,
  trainingSet,
} from './testing/events.js';

const PER_SOURCE = [40, 30, 20];
const events = mixedEvents(PER_SOURCE);
const NETWORK = { latentDim: 4, filters: [8, 16], pretrainEpochs: 20, epochs: 10, batchSize: 12 };

async function fitSmall(options: Partial<FitDeepNoiseOptions> & { kind: DeepKind }, of = events) {
  return fitDeepNoise(
    await trainingSet(of),
    { groups: 3, sequence: 1, network: NETWORK, ...options },
    tensorsOf(of),
  );
}

beforeAll(() => openBackend(), 180_000);

describe.each(DEEP_KINDS)('fitDeepNoise with %s', kind => {
  let first: Awaited<ReturnType<typeof fitSmall>>;
  beforeAll(async () => {
    first = await fitSmall({ kind });
  });

  it('finds which event is of which source, and says how', async () => {
    const groups = (await first.model.assign(batchOf(events))).map(nearestGroup);
    expect(adjustedRandScore(groups, mixedSources(PER_SOURCE))).toBeGreaterThan(0.95);
    const { card } = first.artefact;
    expect(card).toMatchObject({ kind, method: 'noise', data: { rows: 90 }, indices: { activeGroups: 3 } });
    expect(card.details).toMatchObject({
      density: kind === 'vade' ? 'prior' : 'mixture of latents',
      network: { latentDim: 4, filters: [8, 16] },
      novelty: { quantile: 0.01, heldOutEvents: 18, provisional: true },
    });
    // The largest group is group 0.
    expect(first.model.details.groups.map(({ id }) => id)).toEqual([0, 1, 2]);
    const rows = first.model.details.groups.map(group => group.rows);
    expect([...rows].sort((a, b) => b - a)).toEqual(rows);
  });

  it('gives an event the same bits in whatever batch it is, and after it was stored', async () => {
    const stored = await DeepNoiseModel.open(openArtefact(first.artefact.files));
    const some = events.slice(0, 37);
    const together = await first.model.assign(batchOf(some));
    for (const [i, event] of some.entries())
      expect(await stored.assign(batchOf([event]))).toEqual([together[i]]);
    const latents = await stored.encode(batchOf(some));
    expect([latents.rows, latents.cols]).toEqual([37, 4]);
    stored.dispose();
  });

  it('calls about as many new events novel as the quantile says, and nearly all of a new source', async () => {
    const fresh = await first.model.assign(batchOf(mixedEvents(PER_SOURCE, 6)));
    expect(fresh.filter(({ novel }) => novel).length / fresh.length).toBeLessThan(0.15);
    const strange = await first.model.assign(batchOf(makeEvents(new Array(20).fill(3), 7)));
    expect(strange.filter(({ novel }) => novel).length).toBeGreaterThan(15);
    for (const answer of strange) {
      if (answer.novel) expect(answer.group).toBeNull();
      expect(first.model.groups).toContain(nearestGroup(answer));
    }
  });

  it('keeps group ids when it is fitted again, and gives a new source an id of its own', async () => {
    const probe = batchOf(makeEvents([0, 1, 2], 50));
    const before = (await first.model.assign(probe)).map(nearestGroup);
    // By size alone the order would turn round.
    const second = await fitSmall({ kind, sequence: 2, parent: first.model }, mixedEvents([20, 30, 40], 8));
    expect((await second.model.assign(probe)).map(nearestGroup)).toEqual(before);
    expect(second.artefact.card.parent).toBe(first.model.version);
    second.model.dispose();
  });

  it('refuses a fit whose largest group has nearly everything', async () => {
    await expect(fitSmall({ kind, maxShare: 0.4 })).rejects.toMatchObject({ code: 'MODEL_COLLAPSED' });
  });

  it('gives the same bytes again, also when it was stopped in between, and leaves no tensors', async () => {
    const tensors = tf.memory().numTensors;
    const controller = new AbortController();
    const stored = new Map<string, MemoryCheckpoint>();
    const checkpoint = (name: string) => {
      const port = stored.get(name) ?? new MemoryCheckpoint();
      stored.set(name, port);
      return port;
    };
    const last = kind === 'conv-sdae+gmm' ? 'pretraining' : 'fit';
    const stopped = fitSmall({
      ...{ kind, checkpoint, signal: controller.signal },
      onProgress: ({ phase, training }) => {
        if (phase === last && training?.epoch === 3) controller.abort(new Error('stopped'));
      },
    });
    await expect(stopped).rejects.toThrow('stopped');
    expect([...stored.keys()]).toEqual(kind === 'conv-sdae+gmm' ? ['conv-sdae'] : ['conv-sdae', kind]);
    const again = await fitSmall({ kind, checkpoint });
    expect(again.artefact.card).toEqual(first.artefact.card);
    expect(again.artefact.files).toEqual(first.artefact.files);
    again.model.dispose();
    expect(tf.memory().numTensors).toBe(tensors);
  });
});

describe('fitDeepNoise', () => {
  it('finds how many groups there are, and tells what it does and how long it takes', async () => {
    const told: FitProgress[] = [];
    const { model, artefact } = await fitSmall({
      ...{ kind: 'conv-sdae+gmm', groups: 'auto', maxGroups: 5 },
      onProgress: progress => void told.push(progress),
    });
    expect(model.details.candidates.map(({ k }) => k)).toEqual([2, 3, 4, 5]);
    expect(artefact.card.indices.activeGroups).toBeGreaterThanOrEqual(3);
    expect([...new Set(told.map(({ phase }) => phase))]).toEqual([
      ...['pretraining', 'groups', 'fit', 'validation', 'indices'],
    ]);
    expect(told.map(({ done }) => done)).toEqual(told.map(({ done }) => done).sort((a, b) => a - b));
    expect(told[5]!.training).toMatchObject({
      epochs: 20,
      loss: expect.any(Number),
      etaSecs: expect.any(Number),
    });
    model.dispose();
  });

  it('matches groups to those of a mixture before it, and a mixture those of a network', async () => {
    const set = await trainingSet(events);
    const mixture = await fitMixtureNoise(set, { kind: 'gmm', groups: 3, sequence: 1 });
    // Ids that no order by size gives.
    const { model } = await fitSmall({ kind: 'conv-sdae+gmm', sequence: 2, parent: mixture.model }, events);
    const probe = batchOf(makeEvents([0, 1, 2], 50));
    expect((await model.assign(probe)).map(nearestGroup)).toEqual(
      mixture.model.assign(probe).map(nearestGroup),
    );
    const options = { kind: 'kmeans', groups: 3, sequence: 3, parent: model } as const;
    const third = await fitNoise(set, options, tensorsOf(events));
    expect((await third.model.assign(probe)).map(nearestGroup)).toEqual(
      (await model.assign(probe)).map(nearestGroup),
    );
    await expect(fitNoise(set, options)).rejects.toMatchObject({ code: 'PARAMETER_INVALID' });
    model.dispose();
  });

  it('refuses too few events, and to learn without spectrograms', async () => {
    await expect(fitSmall({ kind: 'vade', groups: 12 }, events.slice(0, 29))).rejects.toMatchObject({
      code: 'TRAINING_DATA_INSUFFICIENT',
      message: 'There are 29 events to train on, 30 are needed.',
    });
    await expect(fitNoise(await trainingSet(events), { kind: 'vade', sequence: 1 })).rejects.toMatchObject({
      code: 'PARAMETER_INVALID',
    });
    await expect(fitSmall({ kind: 'vade', network: { heldOutShare: 0 } })).rejects.toMatchObject({
      code: 'PARAMETER_INVALID',
    });
  });

  it('reports events that are all the same as a collapse', async () => {
    const copies = Array.from({ length: 40 }, (_, i) => ({ ...events[0]!, eventId: `copy-${i}` }));
    for (const kind of DEEP_KINDS)
      await expect(fitSmall({ kind }, copies)).rejects.toMatchObject({ code: 'MODEL_COLLAPSED' });
  });
});

describe('a model with a network', () => {
  it('refuses spectrograms of another shape, NaN, and an artefact whose parts do not fit', async () => {
    const { model, artefact } = await fitSmall({ kind: 'conv-sdae+gmm' });
    const batch = batchOf(events.slice(0, 2));
    const refused = { code: 'MATRIX_INVALID' };
    await expect(model.assign({ ...batch, bands: FRAMES, frames: BANDS })).rejects.toMatchObject(refused);
    await expect(model.assign({ ...batch, rows: 3 })).rejects.toMatchObject(refused);
    await expect(model.assign(batchOf([]))).rejects.toMatchObject(refused);
    batch.data[3] = Number.NaN;
    await expect(model.assign(batch)).rejects.toMatchObject(refused);
    const tensors = tf.memory().numTensors;
    for (const change of [
      { card: { ...artefact.card, details: {} } },
      { card: { ...artefact.card, details: { ...model.details, bands: 7 } } },
      { card: { ...artefact.card, kind: 'vade' } },
      { files: new Map() },
      { arrays: new Map() },
    ])
      await expect(DeepNoiseModel.open({ ...artefact, ...change })).rejects.toMatchObject({
        code: 'MODEL_INVALID',
      });
    expect(tf.memory().numTensors).toBe(tensors);
    model.dispose();
  });
});
