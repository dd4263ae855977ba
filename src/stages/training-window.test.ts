import { describe, expect, it } from 'vitest';
import type { Broker } from '../broker/port.js';
import { codec } from '../records/codec.js';
import { tensorBytes } from '../records/tensor-bytes.js';
import { EXAMPLES } from '../records/testing/examples.js';
import type { NoiseFeatures } from '../records/types.js';
import { publishAnnouncement, readAnnouncements } from './announcements.js';
import { scratchBrokers } from './testing/scratch-broker.js';
import { readTrainingWindow } from './training-window.js';

const NEVER = new AbortController().signal;
const HOUR_US = 3_600_000_000;
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
    const set = await readTrainingWindow(broker, 'features.noise', 2, NEVER);
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
    const set = await readTrainingWindow(broker, 'features.noise', 2, NEVER);
    expect([set.rows.rows, set.featureSet]).toEqual([1, 'logmel-new']);
  });

  it('is an error when it is empty', async () => {
    const broker = await scratchBroker();
    await sendEvents(broker, []);
    const reading = readTrainingWindow(broker, 'features.noise', 2, NEVER);
    await expect(reading).rejects.toMatchObject({ code: 'TRAINING_DATA_INSUFFICIENT' });
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
