import { describe, expect, it } from 'vitest';
import type { Broker } from '../broker/port.js';
import { codec } from '../records/codec.js';
import { tensorBytes } from '../records/tensor-bytes.js';
import { EXAMPLES } from '../records/testing/examples.js';
import type { Backoff } from '../stream/retry.js';
import { publishAnnouncement } from './announcements.js';
import { type NoiseLearnOptions, startNoiseLearn } from './noise-learn.js';
import { until } from './testing/noise-topics.js';
import { scratchBrokers } from './testing/scratch-broker.js';
import { testContext } from './testing/stage-context.js';

const OPTIONS: NoiseLearnOptions = {
  input: 'features.noise',
  outputs: { models: 'models' },
  model: { type: 'kmeans', groups: 3, minGroups: 2, maxGroups: 5, novelQuantile: 0.01, seed: 1 },
  logMel: null,
  firstAfterEvents: 10,
  windowHours: 24,
};

/** Sends events at once, whose tensors are all equal, or all different. */
async function sendEvents(broker: Broker, count: number, different: boolean): Promise<void> {
  const messages = Array.from({ length: count }, (_, i) => {
    const tensor = tensorBytes(Float32Array.from({ length: 6 }, (_, n) => (different ? -n * (i + 1) : -1)));
    const record = { ...EXAMPLES['noise-features'], eventId: String(i).padStart(32, '0'), tensor };
    return { key: null, value: codec('noise-features').encode(record), partition: 0 };
  });
  await (await broker.producer()).send('features.noise', messages);
}

describe('noise_learn', () => {
  const scratchBroker = scratchBrokers();

  it('waits for more events after a fit that failed for what they are, and does not try each second', async () => {
    const broker = await scratchBroker();
    await broker.admin.createTopic('features.noise', { partitions: 1 });
    await broker.admin.createTopic('models', { partitions: 1, cleanupPolicy: 'compact' });
    let checks = 0;
    let reached = () => {};
    const untilChecks = (count: number) =>
      new Promise<void>(resolve => {
        reached = () => checks >= count && resolve();
      });
    // Its checks follow each other without a pause.
    const backoff: Backoff = {
      delayMs: () => 0,
      wait: async () => {
        checks += 1;
        reached();
        await new Promise(setImmediate);
      },
    };
    const announced: string[] = [];
    const failures: unknown[] = [];
    const context = testContext(broker, async topic => void announced.push(topic), { backoff });
    const log = { ...context.log, info: () => {}, warn: (fields: unknown) => void failures.push(fields) };
    await sendEvents(broker, 20, false);
    const stage = await startNoiseLearn(OPTIONS, { ...context, log: log as never });
    try {
      await untilChecks(1);
      while (failures.length === 0) await untilChecks(checks + 1);
      await untilChecks(checks + 20);
      expect(failures).toEqual([{ code: 'MODEL_COLLAPSED' }]);
      expect([await stage.isBusy(), announced]).toEqual([false, []]);

      await sendEvents(broker, 20, true);
      while (announced.length === 0) await untilChecks(checks + 1);
      expect([failures.length, announced[0]]).toEqual([1, 'models']);
    } finally {
      await stage.stop();
    }
  });

  // It took any announcement for a model of noise: beside a machine that was learnt before, noise never was.
  it('learns its first model also when models of other methods were announced on the same topic', async () => {
    const broker = await scratchBroker();
    await broker.admin.createTopic('features.noise', { partitions: 1 });
    await broker.admin.createTopic('models', { partitions: 1, cleanupPolicy: 'compact' });
    const other = { ...EXAMPLES['model-announcement'], method: 'machine', entity: 'press-7' };
    await publishAnnouncement(await broker.producer(), 'models', other);
    await sendEvents(broker, 20, true);
    const announced: string[] = [];
    const context = testContext(broker, async topic => void announced.push(topic));
    const stage = await startNoiseLearn(OPTIONS, context);
    await until(() => announced.length > 0);
    await stage.stop();
    expect(announced[0]).toBe('models');
  });
});
