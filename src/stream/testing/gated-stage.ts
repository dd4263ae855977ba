import { concatMap, type Observable } from 'rxjs';
import { afterEach, beforeEach, expect } from 'vitest';
import { PlantsenseError } from '../../errors.js';
import { type ConsumeObserver, Consumption } from '../consume.js';
import type { Lane } from '../lane.js';
import { FakeGroup } from './fake-group.js';
import { MemoryTopic } from './memory-partition.js';
import { type Gate, gate, instantBackoff, settle } from './signals.js';
import { TestClock } from './test-clock.js';

export const unavailable = () => new PlantsenseError('BROKER_UNAVAILABLE', 'The broker is away.');

/** A topic of `count` messages: the byte of each is its offset. */
export function topicOf(count: number): MemoryTopic {
  const topic = new MemoryTopic();
  for (let i = 0; i < count; i++) topic.append('a', i, Uint8Array.of(i));
  return topic;
}

/** A test's stage: each message waits at a gate of its own, then its effect is durable. */
export class GatedStage {
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

/** Fails a test that leaves a rejection behind which nobody handles. Call it in a `describe`. */
export function noUnhandledRejections(): void {
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
}
