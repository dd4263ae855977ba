import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { Lane } from '../stream/lane.js';
import { exponentialBackoff } from '../stream/retry.js';
import { MemoryTopic } from '../stream/testing/memory-partition.js';
import { settle } from '../stream/testing/signals.js';
import { createLog } from '../telemetry/log.js';
import { createMetrics } from '../telemetry/metrics.js';
import { laneObserver } from './lane-observer.js';

function observe() {
  const metrics = createMetrics(new Registry());
  const lines: string[] = [];
  const log = createLog({ format: 'json', stream: { write: text => void lines.push(text) } });
  const lane = new Lane(
    new MemoryTopic().assign(settle, () => 1),
    { creditBytes: 1, backoff: exponentialBackoff },
  );
  const counted = async (counter: 'errors' | 'commits' | 'rebalances') =>
    (await metrics[counter].get()).values.map(({ labels: { stage: _, ...labels }, value }) => [
      Object.values(labels)[0],
      value,
    ]);
  return { lane, lines, counted, observer: laneObserver('s', metrics, log, () => 0) };
}

describe('what is told of a lane', () => {
  it('counts DRAIN_DEADLINE when the deadline was missed, and says what to do', async () => {
    const { lane, lines, counted, observer } = observe();
    observer.deadlineMissed!(lane);
    observer.ended!(lane, false);
    expect(await counted('errors')).toEqual([['DRAIN_DEADLINE', 1]]);
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0]!)).toMatchObject({
      code: 'DRAIN_DEADLINE',
      topic: 't',
      msg: expect.stringContaining('raise `drain_deadline_ms`'),
    });
  });

  it('does not blame the deadline for a partition that was lost', async () => {
    const { lane, lines, counted, observer } = observe();
    observer.ended!(lane, false);
    expect([await counted('errors'), await counted('rebalances'), lines]).toEqual([[], [['lost', 1]], []]);
  });

  it('tells commits that were refused from those that were made', async () => {
    const { lane, counted, observer } = observe();
    observer.committed!(lane);
    observer.commitFenced!(lane);
    expect(await counted('commits')).toEqual([
      ['ok', 1],
      ['fenced', 1],
    ]);
  });
});
