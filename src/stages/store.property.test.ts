import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { OutgoingMessage } from '../broker/port.js';
import { PlantsenseError } from '../errors.js';
import { codec } from '../records/codec.js';
import type { Alarm, DeadLetter } from '../records/types.js';
import { FakeGroup } from '../stream/testing/fake-group.js';
import { MemoryTopic } from '../stream/testing/memory-partition.js';
import { settle } from '../stream/testing/signals.js';
import { originHeaders, originOf } from './origin.js';
import type { RunningStage } from './stage.js';
import { type RecordStore, type RowBlock, startStore } from './store.js';
import { testContext } from './testing/stage-context.js';

/**
 * Exactly-once in effect, held against lives that end anywhere: before a plan, between plan and insert, between the
 * inserts of two tables, between insert and ack, between ack and commit; each life with limits of its own.
 */

const SOURCE = 'abcdefgh.0';
const message = fc.record({
  kind: fc.constantFrom('record', 'record', 'record', 'record', 'repeated', 'broken', 'refused', 'tombstone'),
  gap: fc.constantFrom(0, 0, 0, 3),
});
const life = fc.record({
  steps: fc.integer({ min: 1, max: 50 }),
  end: fc.constantFrom('kill', 'kill', 'revoke', 'cut', 'zombie'),
  flushRows: fc.integer({ min: 1, max: 8 }),
  creditBytes: fc.integer({ min: 500, max: 6000 }),
  fetchSize: fc.integer({ min: 1, max: 6 }),
});

function alarm(id: number, message: string): Uint8Array {
  const record: Alarm = {
    id: String(id),
    sensor: 'm1',
    timeUs: 1,
    kind: 'test',
    state: 'raised',
    severity: 'warning',
    message,
    value: null,
    threshold: null,
    subjectId: null,
    modelVersion: null,
    evidence: null,
  };
  return codec('alarm').encode(record);
}

/** The log, and what must come of it. */
function makeLog(messages: readonly { kind: string; gap: number }[]) {
  const topic = new MemoryTopic();
  const rows: string[] = [];
  const dead: number[] = [];
  let sent = 0;
  messages.forEach(({ kind, gap }, i) => {
    // A record that its stage sends again after a crash.
    const repeats = kind === 'repeated' && sent > 0;
    const origin = { source: SOURCE, offset: repeats ? sent - 1 : sent++, index: 0 };
    const offset = topic.end + gap;
    const bytes = kind === 'broken' ? Uint8Array.of(1, 2, 3) : alarm(i, kind);
    topic.append('m1', i, kind === 'tombstone' ? null : bytes, gap, originHeaders(origin));
    if (repeats || kind === 'tombstone') return;
    if (kind === 'broken' || kind === 'refused') dead.push(offset);
    else rows.push(String(i));
  });
  return { topic, rows, dead };
}

/** A store of two tables that forgets nothing and remembers tokens, as ClickHouse does. */
class FakeStore {
  readonly rows: string[] = [];
  readonly #tokens = new Set<string>();
  readonly #step: () => Promise<void>;

  constructor(step: () => Promise<void>) {
    this.#step = step;
  }

  readonly port: RecordStore = {
    blocksOf: (records, bounds, refuse) => {
      const tables = new Map<string, string[]>();
      for (const stored of records) {
        const { id, message } = stored.record.value as Alarm;
        if (message === 'refused') {
          refuse(stored, new PlantsenseError('STORE_REJECTED', 'It does not fit.'));
          continue;
        }
        const table = Number(id) % 2 === 0 ? 'even' : 'odd';
        tables.set(table, [...(tables.get(table) ?? []), id]);
      }
      return [...tables].map(
        ([table, ids]): RowBlock => ({
          table,
          rows: ids.length,
          insert: async () => {
            await this.#step();
            const token = JSON.stringify([table, bounds, ids]);
            if (!this.#tokens.has(token)) this.rows.push(...ids);
            this.#tokens.add(token);
            await this.#step();
          },
        }),
      );
    },
  };
}

const byNumber = (a: string, b: string) => Number(a) - Number(b);

describe('the store stage', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('stores each record once and in one dead letter what can not be stored, however it is killed and restarted', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(message, { minLength: 1, maxLength: 30 }),
        fc.array(life, { maxLength: 5 }),
        life,
        fc.infiniteStream(fc.nat(1000)),
        async (messages, lives, last, choices) => {
          vi.clearAllTimers();
          const { topic, rows, dead } = makeLog(messages);
          // Everything that waits, waits here; each step of the world wakes one of them, or lets time pass.
          const waiting: (() => void)[] = [];
          const step = () => new Promise<void>(resolve => waiting.push(resolve));
          const wakeOne = async () => {
            const choice = choices.next().value ?? 0;
            if (choice % 4 === 0 || waiting.length === 0) vi.advanceTimersByTime(700);
            else waiting.splice(choice % waiting.length, 1)[0]!();
            await settle();
          };
          const store = new FakeStore(step);
          const letters: OutgoingMessage[] = [];
          const send = async (_: string, batch: readonly OutgoingMessage[]) => {
            await step();
            letters.push(...batch);
            await step();
          };
          const begin = async ({ flushRows, creditBytes, fetchSize }: typeof last) => {
            const group = new FakeGroup();
            const options = {
              inputs: ['t'],
              outputs: { deadLetter: 'd' },
              flushSecs: 1,
              flushRows,
              flushBytes: 1e6,
            };
            const stage = await startStore(
              options,
              store.port,
              testContext(group.broker, send, { creditBytes }),
            );
            const partition = topic.assign(step, () => fetchSize);
            group.assign(partition);
            return { group, stage, partition };
          };
          const finish = async (promise: Promise<unknown>) => {
            let over = false;
            void promise.then(() => {
              over = true;
            });
            for (let i = 0; !over; i++) {
              expect(i).toBeLessThan(5000);
              await wakeOne();
            }
          };

          for (const each of lives) {
            const { group, stage, partition } = await begin(each);
            for (let i = 0; i < each.steps; i++) await wakeOne();
            if (each.end === 'kill') {
              // The process is gone: what waits never returns, and what it had sent may or may not have arrived.
              waiting.length = 0;
              vi.clearAllTimers();
              group.lose(partition);
            } else if (each.end === 'revoke') await finish(group.revoke(partition));
            else if (each.end === 'cut') {
              const revoking = group.revoke(partition);
              for (let i = 0; i < each.steps % 7; i++) await wakeOne();
              group.deadline.abort();
              await finish(revoking);
            }
            // A zombie works on beside the next owner; its commits are refused.
            await Promise.race([stage.done, settle()]);
          }
          const { stage }: { stage: RunningStage } = await begin(last);
          for (let i = 0; (stage.lanes[0]?.watermark.position ?? 0) < topic.end; i++) {
            await wakeOne();
            expect(i).toBeLessThan(5000);
          }
          // What zombies still have under way arrives too.
          for (let i = 0; i < 20 * lives.length; i++) await wakeOne();

          expect([...store.rows].sort(byNumber)).toEqual(rows);
          // A consumer of the dead letters drops the origins that it has seen.
          const seen: number[] = [];
          for (const { headers, value } of letters) {
            const { offset } = originOf(headers!)!;
            if (offset <= (seen.at(-1) ?? -1)) continue;
            seen.push(offset);
            const letter: DeadLetter = codec('dead-letter').decode(value!);
            expect(letter.originalOffset).toBe(offset);
          }
          expect(seen).toEqual(dead);
        },
      ),
      { numRuns: Number(process.env.RUNS ?? 150) },
    );
  }, 60_000);
});
