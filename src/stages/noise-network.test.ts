import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DirectoryModelStore } from '../lifecycle/directory-model-store.js';
import { loadModel } from '../lifecycle/model-store.js';
import { openNoiseModel } from '../lifecycle/open-noise-model.js';
import { batchOf, mixedEvents } from '../lifecycle/testing/events.js';
import { openBackend } from '../nn/backend/open-backend.js';
import { codec } from '../records/codec.js';
import { startNoiseAssign } from './noise-assign.js';
import { type NoiseLearnOptions, startNoiseLearn } from './noise-learn.js';
import { logTensorNotice } from './tensor-notices.js';
import { EVENTS, prepare, sendEvents, until } from './testing/noise-topics.js';
import { scratchBrokers } from './testing/scratch-broker.js';

const OPTIONS: NoiseLearnOptions = {
  input: 'features.noise',
  outputs: { models: 'models' },
  model: {
    ...{ type: 'vade', groups: 3, minGroups: 2, maxGroups: 5, novelQuantile: 0.01, seed: 1, loss: 'elbo' },
    ...{ latentDim: 4, filters: [4, 8], pretrainEpochs: 20, epochs: 20, batchSize: 8, learningRate: 0.001 },
  },
  logMel: null,
  firstAfterEvents: 60,
  windowHours: 24,
};

describe('stages with a network', () => {
  const scratchBroker = scratchBrokers();
  const directories: string[] = [];
  const directory = () => {
    directories.push(mkdtempSync(join(tmpdir(), 'plantsense-network-')));
    return directories.at(-1)!;
  };
  // Sets it up, if that is not done yet.
  beforeAll(() => openBackend(), 180_000);
  afterAll(() => {
    for (const each of directories) rmSync(each, { recursive: true });
  });

  it('learn in a thread, go on with the same events after a stop, and assign as the model does', async () => {
    const broker = await scratchBroker();
    const dataDir = directory();
    const checkpoints = join(dataDir, 'checkpoints');
    const { context, sent, logged } = await prepare(broker, dataDir);
    await sendEvents(broker);
    const first = await startNoiseLearn(OPTIONS, context);
    await until(() => /fit, epoch ([2-9]|1\d) of 20, loss [\d.e+]+, \d+ s left/.test(first.detail ?? ''));
    expect(await first.isBusy()).toBe(true);
    // Another that takes itself for the one to learn, as after a partition changed hands: it says so once, and waits.
    const rival = await startNoiseLearn(OPTIONS, { ...context, group: { group: 'rival' } });
    await until(() => logged.length > 0);
    await rival.stop();
    expect(logged).toEqual([expect.stringMatching(/No model yet: .* is done by process \d+/)]);
    await first.stop();
    const [job] = readdirSync(checkpoints);
    expect(readdirSync(join(checkpoints, job!)).filter(name => !name.startsWith('owner.'))).toEqual([
      ...['conv-sdae.checkpoint', 'events.bin', 'tensors.npy', 'vade.checkpoint'],
    ]);
    expect(sent).toEqual([]);

    await sendEvents(broker, mixedEvents([10], 9));
    const second = await startNoiseLearn(OPTIONS, context);
    await until(() => sent.length > 0);
    await until(() => !existsSync(checkpoints));
    await second.stop();
    expect(logged[1]).toBe('Goes on with a training that was interrupted.');
    const announcement = codec('model-announcement').decode(sent[0]![1].value!);
    expect(announcement).toMatchObject({ kind: 'vade', reason: 'The first model, of 60 events.' });

    const assign = await startNoiseAssign(
      {
        ...{ input: 'features.noise', models: 'models', whenNoModel: 'wait', batchSize: 7, lingerMs: 1 },
        outputs: { assignments: 'assignments', deadLetter: 'dead' },
      },
      context,
    );
    await until(() => sent.length === 71);
    await assign.stop();
    const store = new DirectoryModelStore(join(dataDir, 'models'));
    const model = await openNoiseModel(await loadModel(store, announcement.uri));
    const expected = await model.assign(batchOf(EVENTS));
    const assigned = sent.slice(1, 61).map(([, { value }]) => codec('noise-assignment').decode(value!));
    expect(
      assigned.map(({ group, probability, logLikelihood, novel, runnersUp }) => ({
        ...{ group, probability, logLikelihood, novel, runnersUp },
      })),
    ).toEqual(expected);
    expect(new Set(assigned.map(({ modelVersion }) => modelVersion))).toEqual(new Set([model.version]));
    model.dispose();
  });

  it('begin anew after a training that failed for its events, and keep nothing of it', async () => {
    const broker = await scratchBroker();
    const dataDir = directory();
    const { context, sent, logged } = await prepare(broker, dataDir);
    await sendEvents(
      broker,
      EVENTS.map(event => ({ ...event, logMel: EVENTS[0]!.logMel })),
    );
    const stage = await startNoiseLearn(OPTIONS, context);
    await until(() => logged.length > 0);
    expect(logged[0]).toContain('No model yet: The network makes the same of all events');
    expect(existsSync(join(dataDir, 'checkpoints'))).toBe(false);
    expect(sent).toEqual([]);
    await stage.stop();
  });

  it('log what their thread says of its tensors', () => {
    const logged: string[] = [];
    const log = {
      info: (text: string) => logged.push(`info ${text}`),
      warn: (text: string) => logged.push(`warn ${text}`),
    } as never;
    expect(logTensorNotice(log, { tensors: 'fetched', isWarning: false })).toBe(true);
    expect(logTensorNotice(log, { tensors: 'slow', isWarning: true })).toBe(true);
    expect(logTensorNotice(log, { phase: 'fit', done: 1, total: 2 })).toBe(false);
    expect(logged).toEqual(['info fetched', 'warn slow']);
  });
});
