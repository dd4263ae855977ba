import { describe, expect, it } from 'vitest';
import { LOG_MEL_DEFAULTS } from '../audio/log-mel.js';
import type { Broker } from '../broker/port.js';
import { featureSetId } from '../lifecycle/feature-set.js';
import { codec } from '../records/codec.js';
import { tensorBytes } from '../records/tensor-bytes.js';
import { EXAMPLES } from '../records/testing/examples.js';
import type { NoiseFeatures } from '../records/types.js';
import { publishAnnouncement, readAnnouncements } from './announcements.js';
import { optionsOfTensors } from './options-of-tensors.js';
import { scratchBrokers } from './testing/scratch-broker.js';
import { readTrainingWindow } from './training-window.js';

const NEVER = new AbortController().signal;
const HOUR_US = 3_600_000_000;
/** Tensors from somewhere else. */
const TOPIC = { topic: 'features.noise', windowHours: 2, logMel: null };
const START_US = 1_767_225_600_000_000;

async function sendEvents(broker: Broker, events: readonly Partial<NoiseFeatures>[]): Promise<void> {
  await broker.admin.createTopic('features.noise', { partitions: 2 });
  const producer = await broker.producer();
  for (const [i, event] of events.entries()) {
    const tensor = tensorBytes(Float32Array.from({ length: 6 }, (_, n) => -n - i));
    const record = { ...EXAMPLES['noise-features'], eventId: String(i).padStart(32, '0'), tensor, ...event };
    const value = codec('noise-features').encode(record);
    await producer.send('features.noise', [{ key: null, value, partition: i % 2 }]);
  }
  await producer.send('features.noise', [{ key: null, value: Buffer.from('poison'), partition: 0 }]);
}

describe('the window that a model learns from', () => {
  const scratchBroker = scratchBrokers();

  it("is the last hours of the topic's own time, and says how far it has read", async () => {
    const broker = await scratchBroker();
    await sendEvents(broker, [
      { startTimeUs: START_US },
      { startTimeUs: START_US + 5 * HOUR_US },
      { startTimeUs: START_US + 4 * HOUR_US },
    ]);
    const set = await readTrainingWindow(broker, TOPIC, NEVER);
    expect([set.rows.rows, set.bands, set.frames]).toEqual([2, 2, 3]);
    expect([set.fromUs, set.toUs]).toEqual([START_US + 4 * HOUR_US, START_US + 5 * HOUR_US]);
    // The offset after the last message, as a commit has it.
    expect(set.seen).toEqual([
      { topic: 'features.noise', partition: 0, offset: 3 },
      { topic: 'features.noise', partition: 1, offset: 1 },
    ]);
  });

  it('leaves out tensors from before the options were changed', async () => {
    const broker = await scratchBroker();
    await sendEvents(broker, [
      { startTimeUs: START_US, featureSet: 'logmel-old' },
      { startTimeUs: START_US, featureSet: 'logmel-new', shape: [3, 2] },
      { startTimeUs: START_US, featureSet: 'logmel-new', shape: [6] },
      { startTimeUs: START_US + 1, featureSet: 'logmel-new' },
    ]);
    const set = await readTrainingWindow(broker, TOPIC, NEVER);
    expect([set.rows.rows, set.featureSet]).toEqual([1, 'logmel-new']);
  });

  it('is an error when it is empty', async () => {
    const broker = await scratchBroker();
    await sendEvents(broker, []);
    const reading = readTrainingWindow(broker, TOPIC, NEVER);
    await expect(reading).rejects.toMatchObject({ code: 'TRAINING_DATA_INSUFFICIENT' });
  });
});

describe('the options that tensors were made with', () => {
  const scratchBroker = scratchBrokers();
  const LOG_MEL = { nMels: 2, durationSecs: 0.1 };
  const featureSet = featureSetId('logmel', { ...LOG_MEL_DEFAULTS, ...LOG_MEL });

  it('are told from their id, also where nothing says who made them if they are the defaults', async () => {
    const broker = await scratchBroker();
    await sendEvents(broker, [{ featureSet }]);
    const set = await readTrainingWindow(broker, { ...TOPIC, logMel: LOG_MEL }, NEVER);
    expect(set.featureOptions).toEqual({ ...LOG_MEL_DEFAULTS, ...LOG_MEL });
    expect((await readTrainingWindow(broker, TOPIC, NEVER)).featureOptions).toEqual({});
    const defaults = featureSetId('logmel', { ...LOG_MEL_DEFAULTS });
    expect(optionsOfTensors('t', defaults, null)).toEqual(LOG_MEL_DEFAULTS);
  });

  it('are not what the topology says, which is an error that names both', async () => {
    const broker = await scratchBroker();
    await sendEvents(broker, [{ featureSet }]);
    const reading = readTrainingWindow(broker, { ...TOPIC, logMel: { ...LOG_MEL, hop: 256 } }, NEVER);
    const other = featureSetId('logmel', { ...LOG_MEL_DEFAULTS, ...LOG_MEL, hop: 256 });
    await expect(reading).rejects.toMatchObject({
      code: 'FEATURES_MISMATCH',
      message: expect.stringMatching(new RegExp(`features\\.noise.*${featureSet}.*${other}`)),
    });
  });
});

describe('announcements', () => {
  const scratchBroker = scratchBrokers();

  it('are read back, past what can not be read; there are none without a topic', async () => {
    const broker = await scratchBroker();
    expect(await readAnnouncements(broker, 'models', NEVER)).toEqual([]);
    await broker.admin.createTopic('models', { partitions: 1, cleanupPolicy: 'compact' });
    const producer = await broker.producer();
    await producer.send('models', [{ key: 'x', value: Buffer.from('poison') }]);
    const announcement = EXAMPLES['model-announcement'];
    await publishAnnouncement(producer, 'models', announcement);
    expect(await readAnnouncements(broker, 'models', NEVER)).toEqual([announcement]);
  });
});
