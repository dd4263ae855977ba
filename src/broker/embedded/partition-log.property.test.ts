import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { segmentName } from './log-segment.js';
import { PartitionLog } from './partition-log.js';
import { decodeMessages } from './record.js';
import { logOptions } from './testing/scratch.js';

const append = fc.record({
  op: fc.constant('append' as const),
  messages: fc.array(
    fc.record({
      key: fc.option(fc.constantFrom('a', 'b', 'c', 'd')),
      value: fc.option(fc.string({ maxLength: 60 }), { freq: 5 }),
      timestampMs: fc.integer({ min: 0, max: 100 }),
    }),
    { minLength: 1, maxLength: 8 },
  ),
});
const fraction = fc.double({ min: 0, max: 1.1, noNaN: true });
const operation = fc.oneof(
  { weight: 8, arbitrary: append },
  {
    weight: 4,
    arbitrary: fc.record({
      op: fc.constant('read' as const),
      at: fraction,
      maxBytes: fc.integer({ min: 1, max: 500 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      op: fc.constant('seekTime' as const),
      timestampMs: fc.integer({ min: 0, max: 110 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ op: fc.constant('reopen' as const), died: fc.boolean(), torn: fc.nat(60) }),
  },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('deleteBefore' as const), at: fraction }) },
  {
    weight: 1,
    arbitrary: fc.record({
      op: fc.constant('expire' as const),
      retentionBytes: fc.integer({ min: 1, max: 3_000 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('roll' as const) }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('flush' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      op: fc.constant('compact' as const),
      tombstonesBefore: fc.integer({ min: 0, max: 100 }),
    }),
  },
);

interface Entry {
  readonly offset: number;
  readonly key: string | null;
  readonly value: string | null;
  readonly timestampMs: number;
}

/** What a log should hold: the same in a few lines, without disk, segments or indexes. */
class Model {
  entries: Entry[] = [];
  start = 0;
  end = 0;

  append(messages: readonly Omit<Entry, 'offset'>[]): void {
    for (const message of messages) this.entries.push({ ...message, offset: this.end++ });
  }

  deleteBefore(offset: number): void {
    this.start = Math.max(this.start, offset);
    this.entries = this.entries.filter(e => e.offset >= this.start);
  }

  compact(tombstonesBefore: number): void {
    const last = new Map(this.entries.map(e => [e.key, e.offset]));
    this.entries = this.entries.filter(
      ({ key, value, offset, timestampMs }) =>
        (key === null || last.get(key) === offset) &&
        !(value === null && timestampMs < tombstonesBefore && offset !== this.end - 1),
    );
  }
}

async function read(log: PartitionLog, from: number, maxBytes: number): Promise<Entry[]> {
  const found: Entry[] = [];
  let slice = await log.read(from, maxBytes);
  while (slice !== null) {
    const messages = decodeMessages(slice.bytes, 't', 0);
    const payload = messages.map(m => (m.key?.length ?? 0) + (m.value?.length ?? 0));
    expect(messages.length <= 1 || payload.reduce((a, b) => a + b) <= maxBytes).toBe(true);
    for (const { offset, key, value, timestampMs } of messages) {
      found.push({ offset, key, value: value && Buffer.from(value).toString(), timestampMs });
    }
    slice = await log.read(slice.nextOffset, maxBytes, slice.cursor);
  }
  return found;
}

describe('PartitionLog against a model', () => {
  it('holds the same after any appends, deletions, compactions, closings and deaths', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { minLength: 1, maxLength: 40 }), async operations => {
        const directory = await mkdtemp(join(tmpdir(), 'plantsense-log-'));
        const open = () => PartitionLog.open(directory, logOptions({ segmentBytes: 700 }));
        const model = new Model();
        let log = await open();
        try {
          for (const o of operations) {
            const offset = 'at' in o ? model.start + Math.floor(o.at * (model.end - model.start)) : 0;
            if (o.op === 'append') {
              const messages = o.messages.map(m => ({
                ...m,
                value: m.value === null ? null : Buffer.from(m.value),
              }));
              expect(await log.append(messages)).toBe(model.end);
              model.append(o.messages);
            } else if (o.op === 'read') {
              const reading = read(log, offset, o.maxBytes);
              if (offset > model.end)
                await expect(reading).rejects.toMatchObject({ code: 'OFFSET_OUT_OF_RANGE' });
              else expect(await reading).toEqual(model.entries.filter(e => e.offset >= offset));
            } else if (o.op === 'seekTime') {
              const first = model.entries.find(e => e.timestampMs >= o.timestampMs);
              expect(await log.offsetForTime(o.timestampMs)).toBe(first?.offset ?? model.end);
            } else if (o.op === 'reopen') {
              await log.close(o.died);
              const { baseOffset } = (log as unknown as { active: { baseOffset: number } }).active;
              await appendFile(join(directory, segmentName(baseOffset)), Buffer.alloc(o.torn, 0x50));
              log = await open();
              expect(log.truncatedBytes).toBe(o.torn);
            } else if (o.op === 'deleteBefore') {
              await log.deleteBefore(offset);
              model.deleteBefore(Math.min(offset, model.end));
            } else if (o.op === 'expire') {
              await log.expire(o);
              expect(log.startOffset).toBeLessThanOrEqual(model.end);
              model.deleteBefore(log.startOffset);
            } else if (o.op === 'roll') {
              await log.rollOver();
            } else if (o.op === 'flush') {
              await log.flush();
            } else {
              await log.rollOver();
              await log.compact(o.tombstonesBefore);
              model.compact(o.tombstonesBefore);
            }
            expect([log.startOffset, log.endOffset]).toEqual([model.start, model.end]);
          }
          expect(await read(log, model.start, 1_000_000)).toEqual(model.entries);
        } finally {
          await log.close(true);
          await rm(directory, { recursive: true });
        }
      }),
      { numRuns: 150 },
    );
  });

  it('gives concurrent readers the same while it is appended to, rolled and compacted', async () => {
    await fc.assert(
      fc.asyncProperty(fc.infiniteStream(fc.nat(4)), async choices => {
        const directory = await mkdtemp(join(tmpdir(), 'plantsense-log-'));
        const log = await PartitionLog.open(directory, logOptions({ segmentBytes: 500 }));
        let done = false;
        const writing = (async () => {
          for (let i = 0; i < 150; i++) {
            const choice = choices.next().value;
            await log.append([{ key: `k${choice}`, value: Buffer.from(String(i)) }]);
            if (choice === 0) await log.rollOver();
            if (choice === 1) void log.compact(0);
          }
          done = true;
        })();
        const reader = async () => {
          const last = new Map<string, number>();
          let offset = 0;
          let cursor: Parameters<typeof log.read>[2];
          while (!done || offset < log.endOffset) {
            const slice = await log.read(offset, 50, cursor);
            if (slice === null) {
              await new Promise(setImmediate);
              continue;
            }
            for (const m of decodeMessages(slice.bytes, 't', 0)) {
              expect(m.offset).toBeGreaterThanOrEqual(offset);
              expect(Number(m.value)).toBe(m.offset);
              last.set(m.key!, m.offset);
            }
            offset = slice.nextOffset;
            cursor = slice.cursor;
          }
          return last;
        };
        try {
          const [first, second] = await Promise.all([reader(), reader(), writing]);
          // Whoever reads a compacted log to its end knows the last value of each key.
          expect(first).toEqual(second);
        } finally {
          await log.close(true);
          await rm(directory, { recursive: true });
        }
      }),
      { numRuns: 10 },
    );
  });
});
