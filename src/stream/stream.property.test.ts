import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { batchWhileBusy } from './batch-while-busy.js';
import { type Checkpoint, decodeCheckpoint, isHeld, type Origin, stateKey } from './checkpoint.js';
import type { Delivery } from './delivery.js';
import { dropSeen } from './drop-seen.js';
import { Lane } from './lane.js';
import { exponentialBackoff } from './retry.js';
import { type Step, stateful } from './stateful.js';
import { MemoryTopic } from './testing/memory-partition.js';
import { TumblingWindows } from './tumbling-windows.js';

/**
 * The promise of the stream core, held against random logs, random interleavings of fetches, effects, acks and
 * commits, and lives that end anywhere: killed, revoked in good order, or taken over while the old owner still works.
 */

interface Output {
  readonly origin: Origin;
  readonly text: string;
}

const SECOND = 1_000_000;
const logs = fc.array(
  fc.record({
    key: fc.constantFrom('a', 'a', 'b', 'b', 'c', 'd', 'e'),
    advanceMs: fc.integer({ min: 0, max: 900 }),
    gap: fc.constantFrom(0, 0, 0, 2),
    // How many records their source sends again before this one, as after a crash of its own.
    back: fc.constantFrom(0, 0, 0, 0, 0, 0, 1, 4),
  }),
  { minLength: 1, maxLength: 40 },
);

interface Entry {
  readonly key: string;
  readonly advanceMs: number;
  readonly gap: number;
  readonly back: number;
}

function makeTopic(log: readonly Entry[]): MemoryTopic {
  const topic = new MemoryTopic();
  let timeMs = 1_000_000;
  let sent = 0;
  log.forEach(({ key, advanceMs, gap, back }, i) => {
    timeMs += advanceMs;
    sent = Math.max(0, sent - back);
    // Its number, and its place among what its source sends.
    topic.append(key, timeMs, Uint8Array.of(i, sent), gap);
    sent += 1;
  });
  return topic;
}

/** A state machine under test: what each message makes of its state. */
type Machine = (start: Checkpoint) => (delivery: Delivery<number>) => Step<string>;

/** Emits when a window closes, by time, by silence of its key, or by the limit. */
const windows: Machine = start => {
  const machine = new TumblingWindows<number>(start, { sizeUs: SECOND, idleUs: 2 * SECOND, maxBytes: 1200 });
  return delivery => {
    const { outputs, changes } = machine.step(delivery);
    return {
      changes,
      outputs: outputs.map(w => `${w.key}@${w.startUs}:${w.values.join(',')}/${w.closedBy}`),
    };
  };
};

/** Emits the last three values of a key with each message, and forgets the key at every fifth value. */
const lastThree: Machine = start => {
  const recent = new Map<string, { value: number; offset: number }[]>();
  return ({ key, value, offset, replayed }) => {
    const name = key ?? '';
    if (replayed && !isHeld(start, stateKey(name), offset)) return { outputs: [], changes: [] };
    const values = [...(recent.get(name) ?? []), { value, offset }].slice(-3);
    const outputs = [`${name}:${values.map(v => v.value).join(',')}`];
    if (value % 5 === 0) {
      recent.delete(name);
      return { outputs: [...outputs, `${name} ended`], changes: [{ type: 'release', key: stateKey(name) }] };
    }
    recent.set(name, values);
    return { outputs, changes: [{ type: 'hold', key: stateKey(name), offset: values[0]!.offset }] };
  };
};

/** One life of a stage: the real operators over one lane. `append` makes outputs durable. */
function live(
  lane: Lane,
  machine: Machine,
  append: (outputs: readonly Output[]) => Promise<void>,
  compute: () => Promise<void>,
): { done: Promise<void>; kill: () => void } {
  const step = machine(lane.start);
  let kill = () => {};
  const done = new Promise<void>((resolve, reject) => {
    const subscription = lane.deliveries
      .pipe(
        dropSeen(lane.start, ({ value }) => ({ source: 'up', offset: value.value![1]!, index: 0 })),
        stateful(
          async delivery => {
            const { outputs, changes } = step({ ...delivery, value: delivery.value.value![0]! });
            // Results come back in any order, as from a pool of threads.
            await compute();
            const { offset } = delivery;
            return {
              changes,
              outputs: outputs.map((text, index) => ({ text, origin: { source: 's', offset, index } })),
            };
          },
          { concurrency: 3 },
        ),
        batchWhileBusy(batch => append(batch.map(({ value }) => value)), { maxItems: 4, maxBytes: 1e6 }),
      )
      .subscribe({ complete: resolve, error: reject });
    kill = () => {
      subscription.unsubscribe();
      resolve();
    };
  });
  done.catch(() => {});
  return { done, kill };
}

/** What a consumer keeps that drops origins which it has seen. */
function deduplicated(outputs: readonly Output[]): string[] {
  let last = { offset: -1, index: -1 };
  const kept: string[] = [];
  for (const { origin, text } of outputs) {
    if (origin.offset < last.offset || (origin.offset === last.offset && origin.index <= last.index))
      continue;
    last = origin;
    kept.push(text);
  }
  return kept;
}

const settle = () => new Promise<void>(resolve => setImmediate(resolve));

async function undisturbed(topic: MemoryTopic, machine: Machine): Promise<Output[]> {
  const outputs: Output[] = [];
  const lane = new Lane(
    topic.assign(settle, () => 100),
    { creditBytes: 1e6, backoff: exponentialBackoff },
  );
  const life = live(lane, machine, async batch => void outputs.push(...batch), settle);
  while (lane.watermark.position < topic.end) await settle();
  life.kill();
  return outputs;
}

describe('the stream core', () => {
  it.each([
    ['windows', windows],
    ['running state', lastThree],
  ])(
    'commits no offset whose effect is not durable, loses nothing and keeps the order (%s)',
    async (_, machine) => {
      await fc.assert(
        fc.asyncProperty(
          logs,
          fc.array(
            fc.record({
              steps: fc.integer({ min: 1, max: 60 }),
              end: fc.constantFrom('kill', 'revoke', 'zombie'),
            }),
            {
              maxLength: 5,
            },
          ),
          fc.integer({ min: 1, max: 5 }),
          fc.integer({ min: 300, max: 3000 }),
          fc.infiniteStream(fc.nat({ max: 1000 })),
          async (log, lives, fetchSize, creditBytes, choices) => {
            const topic = makeTopic(log);
            const expected = await undisturbed(makeTopic(log), machine);
            const durable: Output[] = [];

            // Everything that waits, waits here; each step of the world wakes one of them, chosen at random.
            const waiting: (() => void)[] = [];
            const step = () => new Promise<void>(resolve => waiting.push(resolve));
            const wakeOne = async () => {
              const choice = choices.next().value ?? 0;
              if (waiting.length > 0) waiting.splice(choice % waiting.length, 1)[0]!();
              await settle();
            };
            const append = async (outputs: readonly Output[]) => {
              await step();
              durable.push(...outputs);
              await step();
            };
            const checkCommit = () => {
              if (!topic.commit) return;
              const { position } = decodeCheckpoint(topic.commit.offset, topic.commit.metadata);
              const owed = expected.filter(({ origin }) => origin.offset < position).map(({ text }) => text);
              const there = new Set(durable.map(({ text }) => text));
              expect(owed.filter(text => !there.has(text))).toEqual([]);
            };

            const newLane = () =>
              new Lane(
                topic.assign(step, () => fetchSize),
                { creditBytes, backoff: exponentialBackoff },
              );

            for (const { steps, end } of lives) {
              const lane = newLane();
              const life = live(lane, machine, append, step);
              for (let i = 0; i < steps; i++) {
                if (i % 5 === 4) void lane.commit();
                await wakeOne();
                checkCommit();
              }
              if (end === 'kill') {
                // The process is gone: what waits never returns, and what it had sent may or may not have arrived.
                life.kill();
                lane.fence();
                waiting.length = 0;
              } else if (end === 'revoke') {
                lane.stop();
                let drained = false;
                void life.done.then(() => {
                  drained = true;
                });
                while (!drained) await wakeOne();
                let committed = false;
                void lane.commit().then(() => {
                  committed = true;
                });
                while (!committed) await wakeOne();
                lane.fence();
                checkCommit();
              }
              // A zombie is left running: the next owner gets the partition, and the old one's commits are refused.
            }

            const lane = newLane();
            const life = live(lane, machine, append, step);
            for (let i = 0; lane.watermark.position < topic.end; i++) {
              if (i % 7 === 6) void lane.commit();
              await wakeOne();
              checkCommit();
              expect(i).toBeLessThan(10_000);
            }
            life.kill();
            expect(deduplicated(durable)).toEqual(expected.map(({ text }) => text));
            // In good order nothing is even repeated.
            if (lives.every(({ end }) => end === 'revoke')) expect(durable).toEqual(expected);
          },
        ),
        { numRuns: Number(process.env.RUNS ?? 300) },
      );
    },
    120_000,
  );

  it('pulls no more than its credit when the sink stops', async () => {
    const topic = new MemoryTopic();
    for (let i = 0; i < 1000; i++) topic.append('a', i * 1000, new Uint8Array(1000));
    const lane = new Lane(
      topic.assign(settle, () => 10),
      { creditBytes: 20_000, backoff: exponentialBackoff },
    );
    lane.deliveries
      .pipe(batchWhileBusy(() => new Promise(() => {}), { maxItems: 5, maxBytes: 1e6 }))
      .subscribe();
    for (let i = 0; i < 500; i++) await settle();
    expect(lane.credit.inUseBytes).toBeLessThan(20_000 + 10 * 1300);
    expect(lane.watermark.position).toBe(0);
  });
});
