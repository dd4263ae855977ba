import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DirectoryModelStore } from '../lifecycle/directory-model-store.js';
import { segmentFeatureSet } from '../lifecycle/machine-model/segment-features.js';
import { TINY_SEGMENTER } from '../lifecycle/machine-model/testing/tiny-machine.js';
import { loadModel } from '../lifecycle/model-store.js';
import { openBackend } from '../nn/backend/open-backend.js';
import { codec } from '../records/codec.js';
import { EXAMPLES } from '../records/testing/examples.js';
import type { MachineScore, ModelAnnouncement } from '../records/types.js';
import { type MachineLearnOptions, startMachineLearn } from './machine-learn.js';
import { announced, LEARN, untilAnnounced } from './testing/machine-learning.js';
import { prepareMachines, sendScores, sendSegments, timeOf } from './testing/machine-topics.js';
import { until } from './testing/noise-topics.js';
import { scratchBrokers } from './testing/scratch-broker.js';

/** 300 segments. */
const AGAIN: MachineLearnOptions = { ...LEARN, againAfterHours: (300 * 192) / 16_300 / 3600 };
const [ALARM] = EXAMPLES['machine-score'].detectors.map(detector => ({ ...detector, alarm: true }));

describe('a machine that ages', () => {
  const scratchBroker = scratchBrokers();
  const directories: string[] = [];
  // Sets it up, if that is not done yet.
  beforeAll(() => openBackend(), 180_000);
  afterAll(() => {
    for (const each of directories) rmSync(each, { recursive: true });
  });
  /** A machine with a first model, of 250 segments. */
  const learnt = async () => {
    const broker = await scratchBroker();
    const dataDir = mkdtempSync(join(tmpdir(), 'plantsense-ageing-'));
    directories.push(dataDir);
    const prepared = await prepareMachines(broker, dataDir);
    await sendSegments(broker, { count: 250 });
    const stage = await startMachineLearn(LEARN, prepared.context);
    const [first] = await untilAnnounced(broker, 1);
    await stage.stop();
    const store = new DirectoryModelStore(join(dataDir, 'models'));
    const cardOf = async ({ uri, cardSha256 }: ModelAnnouncement) =>
      (await loadModel(store, uri, cardSha256)).card;
    return { broker, ...prepared, first: first!, cardOf };
  };
  /** The machine sounds differently from now on; of some segments there is an alarm, and some are abnormal. */
  const ages = async (broker: Parameters<typeof sendSegments>[0], count: number) => {
    const aged = { count, first: 250, seed: 5, clack: true };
    const score = (i: number): Partial<MachineScore> => {
      if (i < 40) return { verdict: 'abnormal' };
      return i < 60 ? { detectors: [ALARM!] } : {};
    };
    await sendScores(broker, aged, score);
    await sendSegments(broker, aged);
  };

  it('goes on from its model with what is called normal and with what it was, and the better one is used', async () => {
    const { broker, context, first, cardOf } = await learnt();
    const stage = await startMachineLearn(AGAIN, context);
    await ages(broker, 400);
    const [, second] = await untilAnnounced(broker, 2);
    expect(second).toMatchObject({
      ...{ entity: 'press-7', sequence: 2, state: 'promoted', parentVersion: first.version },
      ...{ activeFromUs: timeOf(649), version: expect.stringMatching(/^v0002-/) },
      reason: expect.stringMatching(
        /^It knows the machine as it is now: on \d+ held-out normal segments its mean residual is [\d.]+, [\d.]+ of v0001-\w+; false alarms [\d.]+ % \(n = 1\).*before\.$/,
      ),
    });
    const card = await cardOf(second!);
    // Neither what was abnormal nor what an alarm was open for.
    expect(card.data.fromUs).toBeGreaterThanOrEqual(timeOf(250 + 60));
    expect(card.parent).toBe(first.version);
    const { recordings } = card.details as { recordings: { training: number } };
    expect(card.indices.trainingSegments).toBeGreaterThan(100 + 50);
    expect(recordings.training).toBeGreaterThan(1);
    await stage.stop();
  }, 240_000);

  it('keeps its model when the next one is not within the limits, and learns again later', async () => {
    const { broker, context, first } = await learnt();
    const strict = { ...AGAIN, promote: { maxResidualRatio: 1e-6, maxFalseAlarmShare: 0.1 } };
    const stage = await startMachineLearn(strict, context);
    await ages(broker, 400);
    const [, second] = await untilAnnounced(broker, 2);
    expect(second).toMatchObject({
      ...{ sequence: 2, state: 'refused', parentVersion: first.version },
      reason: expect.stringContaining('It reconstructs worse'),
    });
    const more = { count: 310, first: 650, seed: 6, clack: true };
    await sendScores(broker, more);
    await sendSegments(broker, more);
    const [, , third] = await untilAnnounced(broker, 3);
    // From the one that is in force.
    expect(third).toMatchObject({ sequence: 3, state: 'refused', parentVersion: first.version });
    expect(third!.version).toMatch(/^v0003-/);
    await stage.stop();
  }, 240_000);

  it('waits for scores, and for enough of what is normal', async () => {
    const { broker, context } = await learnt();
    const stage = await startMachineLearn(AGAIN, context);
    const segments = { count: 400, first: 250, seed: 5 };
    await sendSegments(broker, segments);
    while (await stage.isBusy()) await new Promise(setImmediate);
    expect(await announced(broker)).toHaveLength(1);
    await sendScores(broker, segments, () => ({ verdict: 'abnormal' }));
    await sendSegments(broker, { count: 30, first: 650, seed: 6 });
    while (await stage.isBusy()) await new Promise(setImmediate);
    expect(await announced(broker)).toHaveLength(1);
    await stage.stop();
  }, 240_000);

  it('is learnt from the beginning when its segments are cut in another way', async () => {
    const { broker, context, first } = await learnt();
    const segment = { ...TINY_SEGMENTER.options, step: 5 };
    const stage = await startMachineLearn({ ...LEARN, segment }, context);
    const featureSet = segmentFeatureSet(segment);
    await until(() => stage.detail === null);
    await sendSegments(broker, {
      count: 260,
      first: 250,
      seed: 7,
      change: i => ({ featureSet, firstSample: (250 + i) * 160 }),
    });
    const [, second] = await untilAnnounced(broker, 2);
    expect(second).toMatchObject({ sequence: 2, state: 'promoted', parentVersion: null });
    expect(second!.version).toMatch(/^v0002-/);
    expect(second!.reason).toContain('The first model of segments that are cut in another way');
    expect(first.version).toMatch(/^v0001-/);
    await stage.stop();
  }, 240_000);

  it('counts the hours of a model of recordings from when it is used', async () => {
    const { broker, context, first } = await learnt();
    const value = (changes: Partial<ModelAnnouncement>) =>
      codec('model-announcement').encode({ ...first, createdUs: 0, sequence: 2, ...changes });
    const producer = await broker.producer();
    await producer.send('models', [{ key: 'recordings', value: value({ activeFromUs: timeOf(600) }) }]);
    const stage = await startMachineLearn(AGAIN, context);
    await ages(broker, 400);
    while (await stage.isBusy()) await new Promise(setImmediate);
    expect(await announced(broker)).toHaveLength(2);
    await stage.stop();
  }, 240_000);
});
