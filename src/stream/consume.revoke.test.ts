import { concatMap } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { batchWhileBusy } from './batch-while-busy.js';
import { LaneStopped } from './lane.js';
import { retrying } from './retry.js';
import { GatedStage, noUnhandledRejections, topicOf, unavailable } from './testing/gated-stage.js';
import { instantBackoff, settle, until } from './testing/signals.js';

describe('Consumption: a partition is taken away', () => {
  noUnhandledRejections();

  it('drains what is in flight at a revoke, commits it, and then fences', async () => {
    const stage = new GatedStage();
    const topic = topicOf(3);
    const consumption = await stage.start();
    const partition = topic.assign(settle, () => 2);
    stage.group.assign(partition);
    await until(() => stage.gates.has(0));
    const [lane] = consumption.lanes;
    let revoked = false;
    const revoking = stage.group.revoke(partition).then(() => {
      revoked = true;
    });
    stage.gates.get(0)!.open();
    await until(() => stage.gates.has(1));
    expect([revoked, lane!.watermark.isFenced]).toEqual([false, false]);
    stage.gates.get(1)!.open();
    await revoking;
    expect(topic.commit).toEqual({ offset: 2, metadata: '' });
    expect(stage.events).toEqual(['assigned', 'drained']);
    expect(lane!.watermark.isFenced).toBe(true);
    expect(consumption.lanes).toEqual([]);
  });

  it('gives up the drain at its deadline, and drops and counts what comes after', async () => {
    const stage = new GatedStage();
    const topic = topicOf(3);
    const consumption = await stage.start();
    const partition = topic.assign(settle, () => 3);
    stage.group.assign(partition);
    await until(() => stage.gates.has(0));
    const lane = consumption.lanes[0]!;
    const revoking = stage.group.revoke(partition);
    stage.gates.get(0)!.open();
    await until(() => stage.gates.has(1));
    // Commits go on during the drain, so that what was done before the deadline need not be done again.
    await stage.pass(1000);
    stage.group.deadline.abort();
    await revoking;
    expect(topic.commit).toEqual({ offset: 1, metadata: '' });
    expect(stage.events).toEqual(['assigned', 'cut']);
    stage.gates.get(1)!.open();
    await until(() => lane.watermark.lateAcks === 1);
    expect(lane.watermark.position).toBe(1);
    expect(stage.events).toEqual(['assigned', 'cut', 'late ack']);
    // What it had received goes no further either: the next owner works on it.
    await settle();
    expect(stage.gates.has(2)).toBe(false);
  });

  it('ends a lost partition at once, without a commit', async () => {
    const stage = new GatedStage();
    const topic = topicOf(2);
    const consumption = await stage.start();
    const partition = topic.assign(settle, () => 2);
    stage.group.assign(partition);
    await until(() => stage.gates.has(0));
    stage.gates.get(0)!.open();
    await until(() => stage.gates.has(1));
    stage.group.lose(partition);
    await stage.pass(5000);
    expect(stage.events).toEqual(['assigned', 'cut']);
    expect(consumption.lanes).toEqual([]);
    expect(topic.commit).toBeNull();
  });

  it('tries the last commit of a drain again until the deadline', async () => {
    const stage = new GatedStage();
    const topic = topicOf(1);
    stage.open = true;
    await stage.start();
    const partition = topic.assign(settle, () => 1);
    const commit = partition.commit.bind(partition);
    let failures = 3;
    partition.commit = async each => {
      if (failures-- > 0) throw unavailable();
      await commit(each);
    };
    stage.group.assign(partition);
    await until(() => stage.effects.length === 1);
    await stage.group.revoke(partition);
    expect(topic.commit).toEqual({ offset: 1, metadata: '' });
    expect(stage.events.filter(event => event.startsWith('commit failed'))).toHaveLength(3);
  });

  it('is not held up beyond the deadline by a broker that never answers a commit', async () => {
    const stage = new GatedStage();
    const topic = topicOf(1);
    stage.open = true;
    await stage.start();
    const partition = topic.assign(settle, () => 1);
    let calls = 0;
    partition.commit = () => {
      calls += 1;
      return new Promise(() => {});
    };
    stage.group.assign(partition);
    await until(() => stage.effects.length === 1);
    await stage.pass(1000);
    expect(calls).toBe(1);
    const revoking = stage.group.revoke(partition);
    await settle();
    stage.group.deadline.abort();
    await revoking;
    expect(calls).toBe(1);
    expect(stage.events).toEqual(['assigned', 'drained']);
  });

  it('lets a retry that never succeeds end with its lane, so that a dead store stops no process', async () => {
    const stage = new GatedStage();
    const backoff = instantBackoff();
    let ended: unknown = null;
    stage.pipeline = lane =>
      lane.deliveries.pipe(
        batchWhileBusy(
          () =>
            retrying(
              async () => {
                throw unavailable();
              },
              { backoff, signal: lane.over },
            ).catch(error => {
              ended = error;
              throw error;
            }),
          { maxItems: 9, maxBytes: 1e6 },
        ),
      );
    const consumption = await stage.start();
    stage.group.assign(topicOf(2).assign(settle, () => 1));
    await until(() => backoff.waits.length > 5);
    const stopping = consumption.stop();
    for (let i = 0; i < 20; i++) await settle();
    expect(ended).toBeNull();
    stage.group.deadline.abort();
    await stopping;
    await until(() => ended !== null);
    const tries = backoff.waits.length;
    for (let i = 0; i < 20; i++) await settle();
    expect(backoff.waits.length).toBe(tries);
    await consumption.done;
  });

  it('takes work that gave up because its lane was stopped for a drain, not for a failure', async () => {
    const stage = new GatedStage();
    stage.pipeline = lane =>
      lane.deliveries.pipe(
        concatMap(async ({ ack, offset }) => {
          if (offset === 0) return ack.done();
          await new Promise(resolve => lane.stopped.addEventListener('abort', resolve));
          throw new LaneStopped();
        }),
      );
    const topic = topicOf(3);
    const consumption = await stage.start();
    stage.group.assign(topic.assign(settle, () => 3));
    await until(() => consumption.lanes[0]!.watermark.position === 1);
    await consumption.stop();
    await consumption.done;
    expect(topic.commit).toEqual({ offset: 1, metadata: '' });
  });
});
