import fc from 'fast-check';
import { from, lastValueFrom, type Observable, throwError } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { type Checkpoint, emptyCheckpoint, type Origin } from './checkpoint.js';
import { dropSeen } from './drop-seen.js';
import { testDelivery } from './testing/test-delivery.js';
import { Watermark } from './watermark.js';

interface Sent {
  readonly origin: Origin | null;
}

/** What passes of a log from the checkpoint on; acks all of it, and gives the checkpoint after it. */
function consume(log: readonly Sent[], start: Checkpoint, to = log.length) {
  const watermark = new Watermark(start, { released() {}, failed() {} });
  const passed: number[] = [];
  const dropped: number[] = [];
  const deliveries = log.slice(0, to).flatMap((sent, offset) => {
    if (offset < start.position) return [];
    const { ack, change } = watermark.track(offset, 1);
    return [{ ...testDelivery(sent, { offset }), ack, change }];
  });
  from(deliveries)
    .pipe(
      dropSeen(
        start,
        ({ value }) => value.origin,
        ({ offset }) => void dropped.push(offset),
      ),
    )
    .subscribe(({ offset, ack }) => {
      passed.push(offset);
      ack.done();
    });
  return { passed, dropped, checkpoint: watermark.checkpoint() };
}

const sent = (source: string, offset: number, index = 0): Sent => ({ origin: { source, offset, index } });

describe('dropSeen', () => {
  it('drops what a crashed stage sends again, and goes on with what is new', () => {
    const log = [
      sent('a', 1),
      sent('a', 2, 0),
      sent('a', 2, 1),
      sent('a', 1),
      sent('a', 2, 1),
      sent('a', 2, 2),
      sent('a', 7),
    ];
    const { passed, dropped, checkpoint } = consume(log, emptyCheckpoint(0));
    expect(passed).toEqual([0, 1, 2, 5, 6]);
    expect(dropped).toEqual([3, 4]);
    expect(checkpoint).toMatchObject({ position: 7, seen: new Map([['a', { offset: 7, index: 0 }]]) });
  });

  it('keeps sources apart, and lets records without an origin pass', () => {
    const log = [sent('a', 5), sent('b', 1), { origin: null }, sent('a', 4), sent('b', 2), { origin: null }];
    expect(consume(log, emptyCheckpoint(0)).passed).toEqual([0, 1, 2, 4, 5]);
  });

  it('remembers across lives what it has seen', () => {
    const log = [sent('a', 1), sent('a', 2), sent('a', 1), sent('a', 2), sent('a', 3)];
    const first = consume(log, emptyCheckpoint(0), 2);
    expect(consume(log, first.checkpoint).passed).toEqual([4]);
  });

  it('lets a replay through that rebuilds state, though the checkpoint has seen all of it', () => {
    const log = [
      sent('a', 1),
      sent('a', 2),
      sent('a', 1),
      sent('a', 2),
      sent('a', 3),
      sent('a', 3),
      sent('a', 4),
    ];
    const seen = new Map([['a', { offset: 3, index: 0 }]]);
    const start = { ...emptyCheckpoint(5), seen };
    const replay = log
      .slice(1)
      .map((value, i) => testDelivery(value, { offset: i + 1, replayed: i + 1 < 5 }));
    const passed: number[] = [];
    from(replay)
      .pipe(dropSeen(start, ({ value }) => value.origin))
      .subscribe(({ offset }) => void passed.push(offset));
    // Of the replay what passed at first; of what comes after, nothing that was seen.
    expect(passed).toEqual([1, 4, 6]);
  });

  it('lets each record pass once and in order, whatever several sources send again and wherever it is cut', () => {
    // A source sends its records from some committed place on, again and again.
    const resends = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.nat(10), fc.nat(10)), {
      maxLength: 20,
    });
    fc.assert(
      fc.property(resends, fc.array(fc.nat(100), { maxLength: 4 }), (runs, cuts) => {
        const reached = new Map<string, number>();
        const log = runs.flatMap(([source, back, count]) => {
          const end = reached.get(source) ?? 0;
          const first = Math.max(0, end - back);
          reached.set(source, Math.max(end, first + count));
          // Two records for each input.
          return Array.from({ length: count }, (_, i) => sent(source, (first + i) >> 1, (first + i) % 2));
        });
        let checkpoint = emptyCheckpoint(0);
        const passed: number[] = [];
        for (const to of [...cuts.map(cut => cut % (log.length + 1)).sort((a, b) => a - b), log.length]) {
          const life = consume(log, checkpoint, to);
          passed.push(...life.passed);
          checkpoint = life.checkpoint;
        }
        for (const [source, end] of reached) {
          const got = passed.map(at => log[at]!.origin!).filter(origin => origin.source === source);
          expect(got.map(({ offset, index }) => offset * 2 + index)).toEqual(
            Array.from({ length: end }, (_, i) => i),
          );
        }
      }),
    );
  });

  it('ends and fails with its source, and leaves the checkpoint that it started from alone', async () => {
    const start = { ...emptyCheckpoint(0), seen: new Map([['a', { offset: 1, index: 0 }]]) };
    const delivery = testDelivery(sent('a', 2), { offset: 0 });
    const pass = (source: Observable<typeof delivery>) =>
      lastValueFrom(source.pipe(dropSeen(start, ({ value }) => value.origin)));
    expect((await pass(from([delivery]))).value).toBe(delivery.value);
    expect(start.seen).toEqual(new Map([['a', { offset: 1, index: 0 }]]));
    await expect(pass(throwError(() => new Error('no more')))).rejects.toThrow('no more');
  });
});
