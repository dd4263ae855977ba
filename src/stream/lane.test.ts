import { describe, expect, it } from 'vitest';
import type { Commit, Message } from '../broker/port.js';
import { PlantsenseError } from '../errors.js';
import { encodeCheckpoint } from './checkpoint.js';
import type { Delivery } from './delivery.js';
import { Lane } from './lane.js';
import { MemoryTopic } from './testing/memory-partition.js';
import { gate, instantBackoff, settle, until } from './testing/signals.js';

function topicOf(count: number, size = 100): MemoryTopic {
  const topic = new MemoryTopic();
  for (let i = 0; i < count; i++) topic.append('a', i * 1000, new Uint8Array(size));
  return topic;
}

function listen(lane: Lane) {
  const seen: { deliveries: Delivery<Message>[]; completed: boolean; error: unknown } = {
    deliveries: [],
    completed: false,
    error: null,
  };
  lane.deliveries.subscribe({
    next: delivery => void seen.deliveries.push(delivery),
    complete: () => {
      seen.completed = true;
    },
    error: error => {
      seen.error = error;
    },
  });
  return seen;
}

const unavailable = () => new PlantsenseError('BROKER_UNAVAILABLE', 'The broker is away.');

describe('Lane', () => {
  it('pulls by credit: never more than its budget and one fetch, however long nothing is acked', async () => {
    // Each message weighs 356 bytes.
    const lane = new Lane(
      topicOf(100).assign(settle, () => 4),
      { creditBytes: 3560, backoff: instantBackoff() },
    );
    const seen = listen(lane);
    for (let i = 0; i < 50; i++) await settle();
    expect(seen.deliveries.length).toBe(12);
    expect(lane.credit.inUseBytes).toBeLessThanOrEqual(3560 + 4 * 356);
    expect(lane.received).toBe(12);

    seen.deliveries[0]!.ack.done();
    seen.deliveries[1]!.ack.done();
    for (let i = 0; i < 50; i++) await settle();
    expect(seen.deliveries.length).toBe(12);
    seen.deliveries[2]!.ack.done();
    await until(() => seen.deliveries.length === 16);
    lane.stop();
    await until(() => seen.completed);
  });

  it('asks for no more than a quarter of its credit at once, and for no more than is left of it', async () => {
    const partition = topicOf(20).assign(settle, () => 1);
    const fetch = partition.fetch.bind(partition);
    const asked: number[] = [];
    partition.fetch = (bytes, signal) => {
      asked.push(bytes);
      return fetch(bytes, signal);
    };
    const lane = new Lane(partition, { creditBytes: 1600, backoff: instantBackoff() });
    const seen = listen(lane);
    await until(() => lane.credit.availableBytes === 0);
    // Each message weighs 356 bytes.
    expect([asked, seen.deliveries.length]).toEqual([[400, 400, 400, 400, 176], 5]);
  });

  it('pauses after a fetch that brought little: at the end of the log a fetch for each message would cost more', async () => {
    const pauses = async (maxMessages: number) => {
      const backoff = instantBackoff();
      const partition = topicOf(64).assign(settle, () => maxMessages);
      const lane = new Lane(partition, { creditBytes: 128 * 356, backoff });
      const seen = listen(lane);
      await until(() => seen.deliveries.length === 64);
      for (let i = 0; i < 10; i++) await settle();
      return backoff.waits;
    };
    // A fetch asks for 32 messages.
    expect(await pauses(16)).toEqual([]);
    expect(await pauses(1)).toEqual(Array(64).fill(50));
  });

  it('tells the event time in microseconds, and a lag that is never below zero', async () => {
    const topic = topicOf(2);
    const partition = topic.assign(settle, () => 2);
    const lane = new Lane(partition, { creditBytes: 1e6, backoff: instantBackoff() });
    const seen = listen(lane);
    await until(() => seen.deliveries.length === 2);
    expect(seen.deliveries.map(({ eventTimeUs }) => eventTimeUs)).toEqual([0, 1_000_000]);
    for (const { ack } of seen.deliveries) ack.done();
    // An adapter that has not heard of the log's end for a while.
    Object.defineProperty(partition, 'highWatermark', { value: 1 });
    expect(lane.lag).toBe(0);
  });

  it('has nothing left to do where only gaps follow: a mark of a transaction at the end of the log is no lag', async () => {
    const topic = topicOf(2);
    const partition = topic.assign(settle, () => 2);
    const lane = new Lane(partition, { creditBytes: 1e6, backoff: instantBackoff() });
    const seen = listen(lane);
    await until(() => seen.deliveries.length === 2);
    seen.deliveries[0]!.ack.done();
    // The broker tells of offset 2, which holds no message, while the fetch for the next one waits.
    Object.defineProperty(partition, 'highWatermark', { value: 3 });
    partition.seek(3);
    expect([lane.processed, lane.lag]).toEqual([1, 2]);
    seen.deliveries[1]!.ack.done();
    expect([lane.processed, lane.lag]).toEqual([3, 0]);
    expect(lane.watermark.position).toBe(2);
  });

  it('goes on when an operator retains messages in its state instead of acking them', async () => {
    const lane = new Lane(
      topicOf(50).assign(settle, () => 1),
      { creditBytes: 1000, backoff: instantBackoff() },
    );
    lane.deliveries.subscribe(({ ack }) => ack.retain());
    await until(() => lane.received === 50);
    expect(lane.watermark.position).toBe(0);
    expect(lane.credit.inUseBytes).toBe(0);
  });

  it('tries a fetch again while the broker is away', async () => {
    const partition = topicOf(3).assign(settle, () => 10);
    const fetch = partition.fetch.bind(partition);
    let failures = 3;
    partition.fetch = async (bytes, signal) => {
      if (failures-- > 0) throw unavailable();
      return await fetch(bytes, signal);
    };
    const backoff = instantBackoff();
    const seen = listen(new Lane(partition, { creditBytes: 1e6, backoff }));
    await until(() => seen.deliveries.length === 3);
    expect(backoff.waits).toEqual([1, 2, 3, 50]);
  });

  it('ends with the error of a fetch that will never work', async () => {
    const partition = topicOf(3).assign(settle, () => 10);
    partition.fetch = async () => {
      throw new PlantsenseError('OFFSET_OUT_OF_RANGE', 'Gone.');
    };
    const seen = listen(new Lane(partition, { creditBytes: 1e6, backoff: instantBackoff() }));
    await until(() => seen.error !== null);
    expect(seen.error).toMatchObject({ code: 'OFFSET_OUT_OF_RANGE' });
  });

  it('ends quietly when the partition was lost: its new owner goes on from the last commit', async () => {
    const partition = topicOf(3).assign(settle, () => 10);
    partition.fetch = async () => {
      throw new PlantsenseError('COMMIT_FENCED', 'Not yours.');
    };
    const seen = listen(new Lane(partition, { creditBytes: 1e6, backoff: instantBackoff() }));
    await until(() => seen.completed);
    expect(seen.error).toBeNull();
  });

  it('stops at once while it waits for credit or for the broker to come back', async () => {
    const starved = new Lane(
      topicOf(9).assign(settle, () => 9),
      { creditBytes: 1, backoff: instantBackoff() },
    );
    const away = topicOf(3).assign(settle, () => 10);
    away.fetch = async () => {
      throw unavailable();
    };
    const lanes = [starved, new Lane(away, { creditBytes: 1e6, backoff: instantBackoff() })];
    const seen = lanes.map(listen);
    for (let i = 0; i < 5; i++) await settle();
    expect(seen.map(each => each.completed)).toEqual([false, false]);
    for (const lane of lanes) lane.stop();
    await until(() => seen.every(each => each.completed));
  });

  it('hands on nothing more of a fetch once it is stopped', async () => {
    const lane = new Lane(
      topicOf(9).assign(settle, () => 9),
      { creditBytes: 1e6, backoff: instantBackoff() },
    );
    const offsets: number[] = [];
    let completed = false;
    lane.deliveries.subscribe({
      next: ({ offset }) => {
        offsets.push(offset);
        if (offset === 2) lane.stop();
      },
      complete: () => {
        completed = true;
      },
    });
    await until(() => completed);
    expect(offsets).toEqual([0, 1, 2]);
  });

  it('starts where the checkpoint says: what lies before the position is replayed', async () => {
    const topic = topicOf(6);
    const metadata = encodeCheckpoint({
      position: 4,
      holds: new Map([[1, 2]]),
      notes: new Map(),
      seen: new Map(),
      plannedLast: null,
    });
    topic.commit = { offset: 2, metadata };
    const lane = new Lane(
      topic.assign(settle, () => 10),
      { creditBytes: 1e6, backoff: instantBackoff() },
    );
    const seen = listen(lane);
    await until(() => seen.deliveries.length === 4);
    expect(seen.deliveries.map(({ offset, replayed }) => [offset, replayed])).toEqual([
      [2, true],
      [3, true],
      [4, false],
      [5, false],
    ]);
    expect(lane.lag).toBe(2);
  });

  it('errors its stream when a message failed, and commits nothing from it on', async () => {
    const topic = topicOf(3);
    const lane = new Lane(
      topic.assign(settle, () => 10),
      { creditBytes: 1e6, backoff: instantBackoff() },
    );
    const seen = listen(lane);
    await until(() => seen.deliveries.length === 3);
    const error = new Error('no effect');
    seen.deliveries[1]!.ack.fail(error);
    seen.deliveries[0]!.ack.done();
    seen.deliveries[2]!.ack.done();
    expect(seen.error).toBe(error);
    expect(lane.stopped.aborted).toBe(true);
    expect(await lane.commit()).toBe('committed');
    expect(topic.commit).toEqual({ offset: 1, metadata: '' });
  });
});

describe('committing a lane', () => {
  async function started(commit: (commit: Commit) => Promise<void>) {
    const partition = topicOf(5).assign(settle, () => 10);
    partition.commit = commit;
    const lane = new Lane(partition, { creditBytes: 1e6, backoff: instantBackoff() });
    const seen = listen(lane);
    await until(() => seen.deliveries.length === 5);
    return { lane, acks: seen.deliveries.map(({ ack }) => ack) };
  }

  it('writes nothing while nothing has changed', async () => {
    const commits: Commit[] = [];
    const { lane, acks } = await started(async commit => void commits.push(commit));
    await lane.commit();
    expect(commits).toEqual([]);
    acks[0]!.done();
    await lane.commit();
    await lane.commit();
    expect(commits).toEqual([{ offset: 1, metadata: '' }]);
  });

  it('writes a plan once, also when it is the one that an earlier owner made', async () => {
    const topic = topicOf(5);
    const planner = () => {
      const partition = topic.assign(settle, () => 1);
      const commit = partition.commit.bind(partition);
      let commits = 0;
      partition.commit = async checkpoint => {
        commits += 1;
        await commit(checkpoint);
      };
      const lane = new Lane(partition, { creditBytes: 1, backoff: instantBackoff() });
      return { lane, commits: () => commits };
    };
    const first = planner();
    expect([await first.lane.commit(3), await first.lane.commit(3)]).toEqual(['committed', 'unchanged']);
    const heir = planner();
    expect(await heir.lane.commit(3)).toBe('unchanged');
    expect(await heir.lane.commit(4)).toBe('committed');
    expect([first.commits(), heir.commits()]).toEqual([1, 1]);
  });

  it('is one at a time, each with the checkpoint of when its turn came', async () => {
    const gates = [gate(), gate()];
    const commits: Commit[] = [];
    const { lane, acks } = await started(async commit => {
      commits.push(commit);
      await gates[commits.length - 1]!.promise;
    });
    acks[0]!.done();
    const first = lane.commit();
    await settle();
    acks[1]!.done();
    const second = lane.commit();
    acks[2]!.done();
    await settle();
    expect(commits.map(({ offset }) => offset)).toEqual([1]);
    expect(lane.isCommitting).toBe(true);
    gates[0]!.open();
    await first;
    await settle();
    expect(commits.map(({ offset }) => offset)).toEqual([1, 3]);
    gates[1]!.open();
    await second;
    await settle();
    expect(lane.isCommitting).toBe(false);
  });

  it('is tried again by the next call after it failed', async () => {
    const commits: Commit[] = [];
    let away = true;
    const { lane, acks } = await started(async commit => {
      if (away) throw unavailable();
      commits.push(commit);
    });
    acks[0]!.done();
    await expect(lane.commit()).rejects.toMatchObject({ code: 'BROKER_UNAVAILABLE' });
    away = false;
    expect(await lane.commit()).toBe('committed');
    expect(commits).toEqual([{ offset: 1, metadata: '' }]);
  });

  it('fences the lane when another member owns the partition', async () => {
    let calls = 0;
    const { lane, acks } = await started(async () => {
      calls += 1;
      throw new PlantsenseError('COMMIT_FENCED', 'An old generation.');
    });
    acks[0]!.done();
    expect(await lane.commit()).toBe('fenced');
    expect([lane.watermark.isFenced, lane.stopped.aborted, lane.over.aborted]).toEqual([true, true, true]);
    expect(await lane.commit()).toBe('fenced');
    expect(calls).toBe(1);
    acks[1]!.done();
    expect(lane.watermark.lateAcks).toBe(1);
  });

  it('keeps a plan until its block is durable, whatever the interval commits in between', async () => {
    const topic = topicOf(5);
    const lane = new Lane(
      topic.assign(settle, () => 10),
      { creditBytes: 1e6, backoff: instantBackoff() },
    );
    const seen = listen(lane);
    await until(() => seen.deliveries.length === 5);
    const planned = () =>
      new Lane(
        topic.assign(settle, () => 1),
        { creditBytes: 1, backoff: instantBackoff() },
      ).start;
    const { generation } = topic;
    await lane.commit(3);
    await lane.commit();
    expect(planned()).toMatchObject({ position: 0, plannedLast: 3 });
    topic.generation = generation;
    for (const { ack } of seen.deliveries.slice(0, 4)) ack.done();
    await lane.commit();
    expect(planned()).toMatchObject({ position: 4, plannedLast: null });
  });

  it('lets many deliveries listen to its end without a warning of a leak', async () => {
    const warnings: Error[] = [];
    const onWarning = (warning: Error) => void warnings.push(warning);
    process.on('warning', onWarning);
    const lane = new Lane(
      topicOf(1).assign(settle, () => 1),
      { creditBytes: 1, backoff: instantBackoff() },
    );
    for (let i = 0; i < 64; i++) {
      lane.stopped.addEventListener('abort', () => {});
      lane.over.addEventListener('abort', () => {});
    }
    await settle();
    process.off('warning', onWarning);
    expect(warnings).toEqual([]);
  });
});
