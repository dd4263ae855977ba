import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import type { Broker } from '../broker/port.js';
import { PlantsenseError } from '../errors.js';
import type { RunningStage } from '../stages/stage.js';
import { Lane } from '../stream/lane.js';
import { exponentialBackoff } from '../stream/retry.js';
import { MemoryTopic } from '../stream/testing/memory-partition.js';
import { Health } from '../telemetry/health.js';
import { createLog } from '../telemetry/log.js';
import { createMetrics } from '../telemetry/metrics.js';
import { Supervision } from './supervision.js';

describe('the supervision of stages', () => {
  it('still knows of a lag when the broker goes away: a partition that stalls then is told of', async () => {
    // A fetch that hangs: the lane itself knows of no message.
    const lane = new Lane(
      new MemoryTopic().assign(
        () => new Promise(() => {}),
        () => 1,
      ),
      { creditBytes: 1, backoff: exponentialBackoff },
    );
    const stage: RunningStage = {
      lanes: [lane],
      inputs: ['t'],
      consumes: true,
      detail: null,
      waiting: false,
      done: Promise.resolve(),
      isBusy: async () => false,
      stop: async () => {},
    };
    let isAway = false;
    let nowMs = 0;
    const now = () => nowMs;
    const admin: Pick<Broker['admin'], 'offsets'> = {
      offsets: async () => {
        if (isAway) throw new PlantsenseError('BROKER_UNAVAILABLE', 'Away.');
        return [{ partition: 0, earliest: 0, latest: 5 }];
      },
    };
    const metrics = createMetrics(new Registry());
    const log = createLog({ level: 'silent' });
    const health = new Health(now);
    const supervision = new Supervision(new Map([['s', stage]]), admin, 1000, { metrics, health, log, now });
    const lag = async () => (await metrics.lag.get()).values[0]?.value;

    await supervision.refresh();
    supervision.look();
    expect(await lag()).toBe(5);
    isAway = true;
    nowMs = 1000;
    await supervision.refresh();
    supervision.look();
    expect(await lag()).toBe(5);
    expect((await metrics.stalledPartitions.get()).values[0]?.value).toBe(1);
  });
});
