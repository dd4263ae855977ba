import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DirectoryModelStore } from '../lifecycle/directory-model-store.js';
import { TINY_SEGMENTER } from '../lifecycle/machine-model/testing/tiny-machine.js';
import { loadModel } from '../lifecycle/model-store.js';
import { openBackend } from '../nn/backend/open-backend.js';
import { startMachineLearn } from './machine-learn.js';
import { announced, LEARN, untilAnnounced } from './testing/machine-learning.js';
import { FEATURES, prepareMachines, sendSegments, timeOf } from './testing/machine-topics.js';
import { until } from './testing/noise-topics.js';
import { scratchBrokers } from './testing/scratch-broker.js';

describe('machine_learn', () => {
  const scratchBroker = scratchBrokers();
  const directories: string[] = [];
  const directory = () => {
    directories.push(mkdtempSync(join(tmpdir(), 'plantsense-learn-')));
    return directories.at(-1)!;
  };
  // Sets it up, if that is not done yet.
  beforeAll(() => openBackend(), 180_000);
  afterAll(() => {
    for (const each of directories) rmSync(each, { recursive: true });
  });
  const cardOf = async (dataDir: string, { uri }: { readonly uri: string }) =>
    (await loadModel(new DirectoryModelStore(join(dataDir, 'models')), uri)).card;

  it('learns each machine once it has enough segments, of those before a clear silence only', async () => {
    const broker = await scratchBroker();
    const dataDir = directory();
    const { context } = await prepareMachines(broker, dataDir);
    await sendSegments(broker, { count: 240 });
    await sendSegments(broker, { count: 300, sensor: 'pump-1', seed: 2 });
    await sendSegments(broker, { count: 100, first: 240, seed: -1 });
    const stage = await startMachineLearn(LEARN, context);
    const [pump] = await untilAnnounced(broker, 1);
    expect(pump).toMatchObject({
      ...{ method: 'machine', entity: 'pump-1', sequence: 1, state: 'promoted', kind: 'residual', groups: 0 },
      ...{ activeFromUs: timeOf(299), parentVersion: null },
      seen: [{ topic: FEATURES, partition: 0, offset: 640 }],
    });
    await until(() => stage.detail !== null && !stage.detail.includes('pump'));
    expect(stage.detail).toBe('learns press-7 after 250 segments, has 240');
    await sendSegments(broker, { count: 10, first: 340 });
    const [, press] = await untilAnnounced(broker, 2);
    expect(press).toMatchObject({ entity: 'press-7', sequence: 1, activeFromUs: timeOf(349) });
    const card = await cardOf(dataDir, press!);
    expect(card).toMatchObject({
      data: { fromUs: timeOf(0), toUs: timeOf(349), rows: expect.any(Number) },
      details: { segment: TINY_SEGMENTER.options },
    });
    const { trainingSegments, validationSegments } = card.indices;
    // A block of 80, and at each of its ends a segment that shares sound with it.
    expect([trainingSegments, validationSegments]).toEqual([expect.any(Number), expect.any(Number)]);
    expect(trainingSegments! + validationSegments!).toBeGreaterThanOrEqual(246);
    expect(trainingSegments! + validationSegments!).toBeLessThan(250);
    while (await stage.isBusy()) await new Promise(setImmediate);
    expect(stage.detail).toBe(null);
    await stage.stop();
    expect(existsSync(join(dataDir, 'checkpoints'))).toBe(false);
    // Nothing of the topic is of use to a restart.
    const commits = await broker.admin.groupCommits(context.group.group, FEATURES);
    expect(commits.get(0)?.offset).toBe(650);
    expect(readdirSync(join(dataDir, 'reservoirs'))).toHaveLength(2);
  }, 60_000);

  it('goes on after a stop in the middle of a training, with the same segments and to the same model', async () => {
    const options = { ...LEARN, model: { ...LEARN.model, steps: 200 } };
    const learnt = async (isStopped: boolean) => {
      const broker = await scratchBroker();
      const dataDir = directory();
      const { context, logged } = await prepareMachines(broker, dataDir);
      await sendSegments(broker, { count: 260 });
      const first = await startMachineLearn(options, context);
      if (!isStopped) {
        const [announcement] = await untilAnnounced(broker, 1);
        await first.stop();
        return { announcement, logged };
      }
      const kept = () => {
        const jobs = join(dataDir, 'checkpoints');
        return existsSync(jobs) ? readdirSync(jobs, { recursive: true }).map(String) : [];
      };
      await until(() => kept().some(name => name.endsWith('residual.checkpoint')));
      expect(first.detail).toMatch(/^learns press-7: step \d+ of 2\d\d, loss [\d.e+-]+, \d+ s left$/);
      expect(await first.isBusy()).toBe(true);
      await first.stop();
      expect(await announced(broker)).toEqual([]);
      for (const name of ['events.bin', 'tensors.npy'])
        expect(kept().filter(path => path.endsWith(name))).toHaveLength(1);
      // More of the machine, which the training has not begun with.
      await sendSegments(broker, { count: 40, first: 260, seed: 9 });
      const second = await startMachineLearn(options, context);
      const [announcement] = await untilAnnounced(broker, 1);
      await until(() => !existsSync(join(dataDir, 'checkpoints')));
      await second.stop();
      return { announcement, logged };
    };
    const [whole, stopped] = [await learnt(false), await learnt(true)];
    expect(stopped.logged).toContain('Goes on with a training that was interrupted.');
    expect(stopped.announcement).toEqual(whole.announcement);
  }, 240_000);

  it('is shared by members: the owner of a partition learns its machines, one at a time', async () => {
    const broker = await scratchBroker();
    const [one, two] = [directory(), directory()];
    const { context } = await prepareMachines(broker, one, { partitions: 2 });
    const first = await startMachineLearn(LEARN, context);
    const second = await startMachineLearn(LEARN, { ...context, dataDir: two });
    await until(() => first.detail === null && second.detail === null);
    await sendSegments(broker, { count: 260 });
    await sendSegments(broker, { count: 260, sensor: 'pump-1', seed: 2, partition: 1 });
    const models = await untilAnnounced(broker, 2);
    expect(models.map(({ entity }) => entity).sort()).toEqual(['press-7', 'pump-1']);
    expect(models.flatMap(({ seen }) => seen.map(({ partition }) => partition)).sort()).toEqual([0, 1]);
    const learnt = [one, two].map(dataDir => readdirSync(join(dataDir, 'models', 'machine')).length);
    expect(learnt).toEqual([1, 1]);
    // The partition of one that has left goes to the other, which knows what was learnt.
    await first.stop();
    await sendSegments(broker, { count: 260, sensor: 'fan-2', seed: 3 });
    await sendSegments(broker, { count: 260, sensor: 'saw-3', seed: 4, partition: 1 });
    const all = await untilAnnounced(broker, 4);
    expect(all.map(({ entity }) => entity).sort()).toEqual(['fan-2', 'press-7', 'pump-1', 'saw-3']);
    await second.stop();
  }, 240_000);

  it('learns a model of all machines for those that have none, and none of a single machine', async () => {
    const broker = await scratchBroker();
    const dataDir = directory();
    const { context } = await prepareMachines(broker, dataDir, { partitions: 2 });
    await sendSegments(broker, { count: 200 });
    const options = { ...LEARN, sharedAfterSegments: 150 };
    const stage = await startMachineLearn(options, context);
    while (await stage.isBusy()) await new Promise(setImmediate);
    expect(await announced(broker)).toEqual([]);
    await sendSegments(broker, { count: 200, sensor: 'pump-1', seed: 2, partition: 1 });
    const [shared] = await untilAnnounced(broker, 1);
    expect(shared).toMatchObject({
      ...{ entity: '', sequence: 1, activeFromUs: timeOf(199) },
      reason: expect.stringMatching(/^The first model, for machines without one, of \d+ segments\.$/),
      seen: [
        { topic: FEATURES, partition: 0, offset: 200 },
        { topic: FEATURES, partition: 1, offset: 200 },
      ],
    });
    await stage.stop();
  }, 60_000);

  it('refuses segments that are cut in another way than the topology says, and says so once', async () => {
    const broker = await scratchBroker();
    const { context, logged } = await prepareMachines(broker, directory());
    await sendSegments(broker, { count: 260, change: () => ({ featureSet: 'stft-of-another' }) });
    const stage = await startMachineLearn(LEARN, context);
    await until(() => logged.length > 0);
    expect(logged).toEqual([
      expect.stringMatching(/No model of press-7: .* of the feature set stft-of-another/),
    ]);
    await sendSegments(broker, { count: 5, first: 260, change: () => ({ featureSet: 'stft-of-another' }) });
    while (await stage.isBusy()) await new Promise(setImmediate);
    expect(logged).toHaveLength(1);
    // The right ones begin anew.
    await sendSegments(broker, { count: 250, first: 300 });
    const [model] = await untilAnnounced(broker, 1);
    expect(model).toMatchObject({ entity: 'press-7', activeFromUs: timeOf(549) });
    await stage.stop();
  }, 60_000);
});
