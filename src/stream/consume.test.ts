import { concatMap, type Observable, throwError } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AssignedPartition } from '../broker/port.js';
import { PlantsenseError } from '../errors.js';
import { batchWhileBusy } from './batch-while-busy.js';
import { type ConsumeObserver, Consumption } from './consume.js';
import { type Lane, LaneStopped } from './lane.js';
import { retrying } from './retry.js';
import { FakeGroup } from './testing/fake-group.js';
import { MemoryTopic } from './testing/memory-partition.js';
import { type Gate, gate, instantBackoff, settle, until } from './testing/signals.js';
import { TestClock } from './testing/test-clock.js';

const unavailable = () => new PlantsenseError('BROKER_UNAVAILABLE', 'The broker is away.');

function topicOf(count: number): MemoryTopic {
  const topic = new MemoryTopic();
  for (let i = 0; i < count; i++) topic.append('a', i, Uint8Array.of(i));
  return topic;
}

/** A test's stage: each message waits at a gate of its own, then its effect is durable. */
class Stage {
  readonly group = new FakeGroup();
  readonly clock = new TestClock();
  readonly effects: number[] = [];
  readonly gates = new Map<number, Gate>();
  readonly events: string[] = [];
  open = false;
  pipeline = (lane: Lane): Observable<unknown> =>
    lane.deliveries.pipe(
      concatMap(async ({ value, ack }) => {
        const id = value.value![0]!;
        const waits = gate();
        this.gates.set(id, waits);
        if (!this.open) await waits.promise;
        this.effects.push(id);
        ack.done();
      }),
    );
  readonly observer: ConsumeObserver = {
    assigned: () => void this.events.push('assigned'),
    ended: (_, drained) => void this.events.push(drained ? 'drained' : 'cut'),
    lateAck: () => void this.events.push('late ack'),
    commitFailed: (_, { code }) => void this.events.push(`commit failed ${code}`),
  };

  start(): Promise<Consumption> {
    const { broker } = this.group;
    return Consumption.start({
      broker,
      group: { group: 'g', topics: ['t'] },
      creditBytes: 1e6,
      commitIntervalMs: 1000,
      pipeline: this.pipeline,
      observer: this.observer,
      backoff: instantBackoff(),
      scheduler: this.clock,
    });
  }

  /** Lets `ms` pass. */
  async pass(ms: number): Promise<void> {
    this.clock.pass(ms);
    await settle();
    await settle();
  }
}

describe('Consumption', () => {
  const rejections: unknown[] = [];
  const onRejection = (error: unknown) => void rejections.push(error);
  beforeEach(() => {
    rejections.length = 0;
    process.on('unhandledRejection', onRejection);
    process.on('uncaughtException', onRejection);
  });
  afterEach(async () => {
    await settle();
    process.off('unhandledRejection', onRejection);
    process.off('uncaughtException', onRejection);
    expect(rejections).toEqual([]);
  });

  it('commits what is durable at an interval', async () => {
    const stage = new Stage();
    const topic = topicOf(3);
    await stage.start();
    stage.group.assign(topic.assign(settle, () => 10));
    await until(() => stage.gates.has(0));
    await stage.pass(1000);
    expect(topic.commit).toBeNull();
    stage.gates.get(0)!.open();
    await until(() => stage.gates.has(1));
    await stage.pass(999);
    expect(topic.commit).toBeNull();
    await stage.pass(1);
    expect(topic.commit).toEqual({ offset: 1, metadata: '' });
  });

  it('drains what is in flight at a revoke, commits it, and then fences', async () => {
    const stage = new Stage();
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
    const stage = new Stage();
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
    const stage = new Stage();
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

  it('ends the stage when a pipeline fails, and commits nothing past the failure', async () => {
    const stage = new Stage();
    const topic = topicOf(3);
    const consumption = await stage.start();
    stage.group.assign(topic.assign(settle, () => 3));
    await until(() => stage.gates.has(0));
    stage.gates.get(0)!.open();
    await until(() => stage.gates.has(1));
    stage.gates.get(1)!.fail(new PlantsenseError('STORE_REJECTED', 'No such table.'));
    await expect(consumption.done).rejects.toMatchObject({ code: 'STORE_REJECTED' });
    await stage.pass(5000);
    expect(topic.commit?.offset ?? 0).toBeLessThanOrEqual(1);
    expect([stage.group.closed, consumption.lanes]).toEqual([1, []]);
    await consumption.stop();
  });

  it('keeps lanes apart: one that waits holds no other back', async () => {
    const stage = new Stage();
    const [slow, fast] = [topicOf(1), new MemoryTopic()];
    for (let i = 10; i < 15; i++) fast.append('b', i, Uint8Array.of(i));
    await stage.start();
    const partition = slow.assign(settle, () => 1);
    stage.group.assign(
      partition,
      fast.assign(settle, () => 1),
    );
    await until(() => stage.gates.has(0) && stage.gates.has(10));
    stage.open = true;
    stage.gates.get(10)!.open();
    await until(() => stage.effects.includes(14));
    await stage.pass(1000);
    expect(fast.commit).toEqual({ offset: 5, metadata: '' });
    expect(slow.commit).toBeNull();
    const revoking = stage.group.revoke(partition);
    stage.gates.get(0)!.open();
    await revoking;
    expect(slow.commit).toEqual({ offset: 1, metadata: '' });
  });

  it('ends every lane with the one that fails: the process must not run on half', async () => {
    const stage = new Stage();
    const [broken, other] = [topicOf(1), new MemoryTopic()];
    other.append('b', 10, Uint8Array.of(10));
    const consumption = await stage.start();
    stage.group.assign(
      broken.assign(settle, () => 1),
      other.assign(settle, () => 1),
    );
    await until(() => stage.gates.has(0) && stage.gates.has(10));
    const otherLane = consumption.lanes[1]!;
    stage.gates.get(0)!.fail(new Error('a mistake'));
    await expect(consumption.done).rejects.toMatchObject({ code: 'INTERNAL' });
    stage.gates.get(10)!.open();
    await until(() => otherLane.watermark.lateAcks === 1);
    expect(stage.events).toEqual(['assigned', 'assigned', 'cut', 'cut', 'late ack']);
  });

  it('tries the last commit of a drain again until the deadline', async () => {
    const stage = new Stage();
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
    const stage = new Stage();
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

  it('gathers no commits behind one that the broker does not answer yet', async () => {
    const stage = new Stage();
    const topic = topicOf(1);
    stage.open = true;
    let committed = 0;
    stage.observer.committed = () => {
      committed += 1;
    };
    await stage.start();
    const partition = topic.assign(settle, () => 1);
    const answer = gate();
    partition.commit = () => answer.promise;
    stage.group.assign(partition);
    await until(() => stage.effects.length === 1);
    for (let i = 0; i < 10; i++) await stage.pass(1000);
    answer.open();
    await until(() => committed > 0);
    for (let i = 0; i < 10; i++) await settle();
    expect(committed).toBe(1);
  });

  it('lets a retry that never succeeds end with its lane, so that a dead store stops no process', async () => {
    const stage = new Stage();
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
    const stage = new Stage();
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

  it('ends the stage when a commit is not a checkpoint, instead of throwing into the client', async () => {
    const stage = new Stage();
    const topic = topicOf(1);
    topic.commit = { offset: 0, metadata: 'what another program wrote' };
    const consumption = await stage.start();
    stage.group.assign(topic.assign(settle, () => 1));
    await expect(consumption.done).rejects.toMatchObject({ code: 'CHECKPOINT_INVALID' });
  });

  it('ends the stage when its operators fail while they are built', async () => {
    const stage = new Stage();
    stage.pipeline = () => {
      throw new PlantsenseError('WORKER_CRASHED', 'No thread.');
    };
    const consumption = await stage.start();
    stage.group.assign(
      topicOf(1).assign(settle, () => 1),
      topicOf(1).assign(settle, () => 1),
    );
    await expect(consumption.done).rejects.toMatchObject({ code: 'WORKER_CRASHED' });
    expect(consumption.lanes).toEqual([]);
  });

  it('leaves no lane behind whose operators fail at once, and takes no partition after it has failed', async () => {
    const stage = new Stage();
    stage.pipeline = () => throwError(() => new PlantsenseError('WORKER_CRASHED', 'No thread.'));
    const consumption = await stage.start();
    stage.group.assign(topicOf(1).assign(settle, () => 1));
    await expect(consumption.done).rejects.toMatchObject({ code: 'WORKER_CRASHED' });
    expect([stage.events, consumption.lanes]).toEqual([['assigned', 'cut'], []]);
    stage.group.assign(topicOf(1).assign(settle, () => 1));
    expect([stage.events, consumption.lanes]).toEqual([['assigned', 'cut'], []]);
  });

  it('ends the stage when a commit can never be written', async () => {
    const stage = new Stage();
    stage.open = true;
    const consumption = await stage.start();
    const partition = topicOf(1).assign(settle, () => 1);
    partition.commit = async () => {
      throw new PlantsenseError('CHECKPOINT_TOO_LARGE', 'Too many sensors.');
    };
    stage.group.assign(partition);
    await until(() => stage.effects.length === 1);
    await stage.pass(1000);
    await expect(consumption.done).rejects.toMatchObject({ code: 'CHECKPOINT_TOO_LARGE' });
  });

  it('leaves no timer behind when it can not join', async () => {
    const stage = new Stage();
    stage.group.refuse(new PlantsenseError('TOPIC_NOT_FOUND', 'No topic t.'));
    await expect(stage.start()).rejects.toMatchObject({ code: 'TOPIC_NOT_FOUND' });
    const before = stage.clock.actions.length;
    await stage.pass(10_000);
    expect([before, stage.clock.actions.length]).toEqual([0, 0]);
  });

  it('ends with the error of its consumer', async () => {
    const stage = new Stage();
    const consumption = await stage.start();
    stage.group.assign(topicOf(1).assign(settle, () => 1));
    stage.group.fail(new PlantsenseError('BROKER_AUTH_FAILED', 'Who are you?'));
    await expect(consumption.done).rejects.toMatchObject({ code: 'BROKER_AUTH_FAILED' });
    expect(consumption.lanes).toEqual([]);
  });

  const moments: [string, (stage: Stage, partition: AssignedPartition) => Promise<void>][] = [
    ['before anything is assigned', async () => {}],
    ['before anything was fetched', async (stage, partition) => stage.group.assign(partition)],
    [
      'while an effect is under way',
      async (stage, partition) => {
        stage.group.assign(partition);
        await until(() => stage.gates.has(0));
        setImmediate(() => {
          stage.open = true;
          stage.gates.get(0)!.open();
        });
      },
    ],
    [
      'while a commit is under way',
      async (stage, partition) => {
        stage.open = true;
        stage.group.assign(partition);
        await until(() => stage.effects.length > 0);
        stage.clock.pass(1000);
      },
    ],
    [
      'while another member takes the partition',
      async (stage, partition) => {
        stage.open = true;
        stage.group.assign(partition);
        await until(() => stage.effects.length === 3);
        partition.commit = async () => {
          throw new PlantsenseError('COMMIT_FENCED', 'Taken.');
        };
      },
    ],
    [
      'after it was stopped',
      async (stage, partition) => {
        stage.open = true;
        stage.group.assign(partition);
      },
    ],
  ];
  it.each(moments)('stops in good order %s', async (moment, arrange) => {
    const stage = new Stage();
    const topic = topicOf(3);
    const consumption = await stage.start();
    await arrange(
      stage,
      topic.assign(settle, () => 3),
    );
    if (moment.startsWith('after')) await consumption.stop();
    await consumption.stop();
    await consumption.done;
    expect(consumption.lanes).toEqual([]);
    expect(stage.effects.length).toBeGreaterThanOrEqual(topic.commit?.offset ?? 0);
    if (!moment.includes('another member')) expect(topic.commit?.offset ?? 0).toBe(stage.effects.length);
  });
});
