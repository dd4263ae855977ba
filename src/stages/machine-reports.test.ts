import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import type { Broker, Message } from '../broker/port.js';
import { PlantsenseError } from '../errors.js';
import type { Delivery } from '../stream/delivery.js';
import { createMetrics } from '../telemetry/metrics.js';
import { countStep, refuseChunk, tellReport } from './machine-reports.js';
import type { StageContext } from './stage.js';
import { testContext } from './testing/stage-context.js';

const step = {
  ...{ lane: 1, outputs: [], changes: [], retainedBytes: 0, sensor: 'press' },
  segments: { scored: 3, off: 2, unscored: 1 },
  ...{ raised: ['sudden'], audioSecs: 1.5, chunkEndUs: 12_000_000 },
  notices: [{ kind: 'gap', streamId: 's', timeUs: 0, missingSamples: 5 }],
} as const;

/** A context, and the value of each series of its metrics that is not 0. */
function counted() {
  const registry = new Registry();
  const lines: string[] = [];
  const write = (_: unknown, text: string) => lines.push(text);
  const log = { ...testContext({} as Broker, async () => {}).log } as StageContext['log'];
  Object.assign(log, { warn: write, error: write, info: write });
  const context = testContext({} as Broker, async () => {}, { metrics: createMetrics(registry), log });
  const value = async (name: string, labels: Readonly<Record<string, string>>) => {
    const { values } = await registry.getSingleMetric(name)!.get();
    return values.find(each => Object.entries(labels).every(([key, label]) => each.labels[key] === label))
      ?.value;
  };
  return { context, lines, value };
}

describe('what the stage of machines counts and logs', () => {
  it('is each segment by what became of it, each alarm, notice and second', async () => {
    const { context, value } = counted();
    countStep(step as unknown as Parameters<typeof countStep>[0], context);
    const segments = (result: string) =>
      value('plantsense_machine_segments_total', { stage: 'stage', result });
    expect([await segments('scored'), await segments('off'), await segments('unscored')]).toEqual([3, 2, 1]);
    expect(await value('plantsense_machine_alarms_total', { detector: 'sudden' })).toBe(1);
    expect(await value('plantsense_machine_alarms_total', { detector: 'creeping' })).toBeUndefined();
    expect(await value('plantsense_sensor_notices_total', { kind: 'gap', sensor: 'press' })).toBe(1);
    expect(await value('plantsense_audio_seconds_total', { stage: 'stage' })).toBe(1.5);
  });

  it('is a dead letter, with its reason', async () => {
    const { context, lines, value } = counted();
    const message = {
      topic: 'audio',
      partition: 0,
      offset: 7,
      key: null,
      value: Uint8Array.of(1),
      headers: {},
    };
    const delivery = { value: { ...message, timestampMs: 0 }, offset: 7 } as unknown as Delivery<Message>;
    const refused = { code: 'AUDIO_NOT_FINITE', message: 'It holds NaN.' } as const;
    const { outputs, changes } = refuseChunk(refused, delivery, 'dead', context);
    expect([outputs.map(({ outgoing }) => outgoing.topic), changes]).toEqual([['dead'], []]);
    expect(await value('plantsense_component_errors_total', { error_type: 'AUDIO_NOT_FINITE' })).toBe(1);
    expect(lines).toEqual(['A chunk became a dead letter: It holds NaN.']);
  });

  it('is a model that scores nothing, and a clip that is written again', async () => {
    const { context, lines, value } = counted();
    const { code, message } = new PlantsenseError('DISK_FULL', 'No space.');
    tellReport({ refused: { version: 'v1', code: 'MODEL_INVALID', message: 'Damaged.' } }, context);
    tellReport({ trouble: { code, message } }, context);
    expect(lines).toEqual(['A model scores nothing: Damaged.', 'A clip is written again: No space.']);
    expect(await value('plantsense_component_errors_total', { error_type: 'MODEL_INVALID' })).toBe(1);
    expect(await value('plantsense_component_retries_total', { error_type: 'DISK_FULL' })).toBe(1);
  });
});
