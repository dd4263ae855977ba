import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emptyCheckpoint, NO_LOG_NEEDED, resumeOffset } from './checkpoint.js';
import { type CheckpointChange, Watermark } from './watermark.js';

function make(start = emptyCheckpoint(0)) {
  const events = { released: 0, failures: [] as { error: Error; offset: number }[] };
  const watermark = new Watermark(start, {
    released: bytes => {
      events.released += bytes;
    },
    failed: (error, offset) => void events.failures.push({ error, offset }),
  });
  return { watermark, events };
}

describe('Watermark', () => {
  it('passes only what is acked without a gap before it', () => {
    const { watermark } = make();
    const [a, b, c] = [0, 1, 2].map(offset => watermark.track(offset, 1));
    c!.ack.done();
    b!.ack.done();
    expect(watermark.position).toBe(0);
    a!.ack.done();
    expect(watermark.position).toBe(3);
    expect(watermark.pending).toBe(0);
  });

  it('takes offsets that compaction left out as passed', () => {
    const { watermark } = make();
    watermark.track(4, 1).ack.done();
    watermark.track(9, 1).ack.done();
    expect(watermark.position).toBe(10);
  });

  it('never mixes the past of one sensor with the future of another: changes wait for their turn', () => {
    const { watermark } = make();
    const first = watermark.track(0, 1);
    const second = watermark.track(1, 1);
    second.change({ type: 'hold', key: 2, offset: 1 });
    second.ack.done();
    first.change({ type: 'hold', key: 1, offset: 0 });
    expect(watermark.checkpoint().holds).toEqual(new Map());
    expect(watermark.holdBack).toBe(0);
    first.ack.done();
    expect(watermark.checkpoint()).toEqual({
      position: 2,
      holds: new Map([
        [1, 0],
        [2, 1],
      ]),
      notes: new Map(),
      seen: new Map(),
      plannedLast: null,
    });
    expect(watermark.holdBack).toBe(0);
  });

  it('keeps the position while the messages before it are replayed, and what they say of the checkpoint', () => {
    const holds = new Map([[1, 3]]);
    const { watermark } = make({ ...emptyCheckpoint(5), holds });
    for (const offset of [3, 4]) {
      const replayed = watermark.track(offset, 1);
      replayed.change({ type: 'release', key: 1 });
      replayed.ack.done();
    }
    expect(watermark.checkpoint()).toEqual({ ...emptyCheckpoint(5), holds });
    watermark.track(5, 1).ack.done();
    expect(watermark.position).toBe(6);
    expect(watermark.holdBack).toBe(3);
  });

  it('stops for ever before a message that failed, and tells of it', () => {
    const { watermark, events } = make();
    const [a, b, c] = [0, 1, 2].map(offset => watermark.track(offset, 7));
    const error = new Error('no effect');
    b!.ack.fail(error);
    a!.ack.done();
    c!.ack.done();
    expect(watermark.position).toBe(1);
    expect(events).toMatchObject({ failures: [{ error, offset: 1 }], released: 21 });
  });

  it('drops and counts the acks that come after the fence, and gives their credit back', () => {
    const { watermark, events } = make();
    const [a, b, c] = [0, 1, 2].map(offset => watermark.track(offset, 7));
    a!.ack.done();
    watermark.fence();
    b!.ack.done();
    c!.ack.fail(new Error('too late to matter'));
    expect(watermark.position).toBe(1);
    expect(watermark.lateAcks).toBe(2);
    expect(events).toMatchObject({ failures: [], released: 21 });
  });

  it('keeps its place while it forgets what it has passed', () => {
    const { watermark } = make();
    for (let block = 0; block < 50; block++) {
      const tracked = Array.from({ length: 100 }, (_, i) => watermark.track(block * 100 + i, 1));
      expect(watermark.pending).toBe(100);
      for (const { ack } of tracked.reverse()) ack.done();
      expect([watermark.position, watermark.pending]).toEqual([(block + 1) * 100, 0]);
    }
  });

  it('loses none of those that wait while it forgets what lies before them', () => {
    const { watermark } = make();
    const tracked = Array.from({ length: 5000 }, (_, offset) => watermark.track(offset, 1));
    for (const [passed, { ack }] of tracked.entries()) {
      expect([watermark.position, watermark.pending]).toEqual([passed, 5000 - passed]);
      ack.done();
    }
    expect(watermark.position).toBe(5000);
  });

  it('gives the credit of a message back once, though it is first kept and then acked', () => {
    const { watermark, events } = make();
    const { ack } = watermark.track(0, 7);
    ack.retain();
    ack.done();
    expect(events.released).toBe(7);
  });

  it('gives checkpoints that what comes later does not change', () => {
    const start = { ...emptyCheckpoint(0), holds: new Map([[1, 0]]) };
    const { watermark } = make(start);
    const before = watermark.checkpoint();
    const { ack, change } = watermark.track(0, 1);
    change({ type: 'hold', key: 2, offset: 0 });
    change({ type: 'seen', origin: { source: 'a', offset: 1, index: 0 } });
    ack.done();
    expect(before).toEqual(start);
    expect(start).toEqual({ ...emptyCheckpoint(0), holds: new Map([[1, 0]]) });
  });

  it('agrees with a model that replays the log: any order of acks, failures, changes and a fence', () => {
    const key = fc.integer({ min: 1, max: 3 });
    const changes = fc.array(
      fc.oneof(
        fc.record(
          { type: fc.constant('hold' as const), key, offset: fc.constant(0), note: fc.uint8Array() },
          { requiredKeys: ['type', 'key', 'offset'] },
        ),
        fc.record({ type: fc.constant('release' as const), key }),
        fc.record({
          type: fc.constant('seen' as const),
          origin: fc.record({ source: fc.constantFrom('a', 'b'), offset: fc.nat(9), index: fc.nat(2) }),
        }),
      ),
      { maxLength: 3 },
    );
    const message = fc.record({
      gap: fc.constantFrom(0, 0, 3),
      changes,
      bytes: fc.integer({ min: 1, max: 9 }),
      fate: fc.constantFrom('done', 'done', 'done', 'done', 'fail', 'never', 'retain'),
      order: fc.nat(),
    });
    fc.assert(
      fc.property(
        fc.array(message, { maxLength: 40 }),
        fc.nat(20),
        fc.nat(60),
        (messages, startAt, fenceAt) => {
          const start = emptyCheckpoint(startAt);
          const { watermark, events } = make(start);
          let offset = 0;
          const log = messages.map(each => {
            offset += 1 + each.gap;
            // A hold lies at or before its message.
            const own = each.changes.map(
              (change): CheckpointChange =>
                change.type === 'hold'
                  ? { ...change, offset: change.key === 3 ? NO_LOG_NEEDED : offset }
                  : change,
            );
            const tracked = watermark.track(offset, each.bytes);
            for (const change of own) tracked.change(change);
            return { ...each, changes: own, offset, tracked, acked: false };
          });

          const settleOrder = [...log].sort((a, b) => a.order - b.order);
          let released = 0;
          for (const [i, each] of settleOrder.entries()) {
            if (i === fenceAt) watermark.fence();
            if (each.fate === 'never') continue;
            released += each.bytes;
            if (each.fate === 'retain') each.tracked.ack.retain();
            if (each.fate === 'fail') each.tracked.ack.fail(new Error('failed'));
            if (each.fate !== 'done') continue;
            each.acked = i < fenceAt;
            each.tracked.ack.done();

            // The model: go through the log as far as it is acked.
            let position = start.position;
            const holds = new Map<number, number>();
            const notes = new Map<number, Uint8Array>();
            const seen = new Map<string, { offset: number; index: number }>();
            for (const past of log) {
              if (!past.acked) break;
              if (past.offset < start.position) continue;
              position = past.offset + 1;
              for (const change of past.changes) {
                if (change.type === 'hold') {
                  holds.set(change.key, change.offset);
                  if (change.note) notes.set(change.key, change.note);
                  else notes.delete(change.key);
                } else if (change.type === 'release') {
                  holds.delete(change.key);
                  notes.delete(change.key);
                } else
                  seen.set(change.origin.source, {
                    offset: change.origin.offset,
                    index: change.origin.index,
                  });
              }
            }
            const checkpoint = watermark.checkpoint();
            expect(checkpoint).toEqual({ position, holds, notes, seen, plannedLast: null });
            expect(watermark.holdBack).toBe(resumeOffset(checkpoint));
          }
          expect(events.released).toBe(released);
          const late = settleOrder.slice(fenceAt).filter(({ fate }) => fate === 'done' || fate === 'fail');
          expect(watermark.lateAcks).toBe(late.length);
        },
      ),
      { numRuns: 300 },
    );
  });
});
