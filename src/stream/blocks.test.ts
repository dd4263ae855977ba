import fc from 'fast-check';
import { Subject } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { type BlockOptions, blocks } from './blocks.js';
import type { Delivery } from './delivery.js';
import { TestClock } from './testing/test-clock.js';
import { type TestDelivery, testDelivery } from './testing/test-delivery.js';

function run(options: Partial<BlockOptions>) {
  const clock = new TestClock();
  const source = new Subject<Delivery<number>>();
  const made: number[][] = [];
  const state = { completed: false };
  const subscription = source
    .pipe(blocks({ maxItems: 3, maxBytes: 100, lingerMs: 1000, scheduler: clock, ...options }))
    .subscribe({
      next: block => void made.push(block.map(({ offset }) => offset)),
      complete: () => {
        state.completed = true;
      },
    });
  const send = (offset: number, bytes = 1): TestDelivery<number> => {
    const delivery = testDelivery(offset, { offset, bytes });
    source.next(delivery);
    return delivery;
  };
  const pass = (ms: number) => clock.pass(ms);
  return { clock, source, made, state, subscription, send, pass };
}

describe('blocks', () => {
  it('ends a block by count', () => {
    const { made, send } = run({});
    for (let i = 0; i < 7; i++) send(i);
    expect(made).toEqual([
      [0, 1, 2],
      [3, 4, 5],
    ]);
  });

  it('ends a block by bytes, and lets a message that is larger than a block pass', () => {
    const { made, send } = run({ maxItems: 9 });
    send(0, 60);
    send(1, 40);
    send(2, 500);
    expect(made).toEqual([[0, 1], [2]]);
    // The next block begins empty.
    send(3, 60);
    send(4, 39);
    expect(made).toHaveLength(2);
    send(5, 1);
    expect(made[2]).toEqual([3, 4, 5]);
  });

  it('ends a block when its first message has waited long enough, not its last', () => {
    const { made, send, pass } = run({});
    send(0);
    pass(600);
    send(1);
    pass(399);
    expect(made).toEqual([]);
    pass(1);
    expect(made).toEqual([[0, 1]]);
    pass(5000);
    expect(made).toEqual([[0, 1]]);
    send(2);
    pass(1000);
    expect(made).toEqual([[0, 1], [2]]);
  });

  it('does not let the wait of a full block end the next one early', () => {
    const { made, send, pass } = run({});
    send(0);
    pass(900);
    send(1);
    send(2);
    send(3);
    pass(999);
    expect(made).toEqual([[0, 1, 2]]);
  });

  it('ends the last block with the stream, and leaves no timer behind', () => {
    const { made, state, send, source, clock } = run({});
    send(0);
    source.complete();
    expect([made, state.completed, clock.actions.length]).toEqual([[[0]], true, 0]);
  });

  it('leaves no timer and no block behind when it is unsubscribed', () => {
    const { made, send, subscription, pass, clock } = run({});
    send(0);
    subscription.unsubscribe();
    expect(clock.actions.length).toBe(0);
    pass(5000);
    expect(made).toEqual([]);
  });
});

describe('a planned block', () => {
  it('comes together again exactly, whatever the limits and the clock say now', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.nat(60), { minLength: 1, maxLength: 30 }),
        fc.nat(),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 200 }),
        fc.array(fc.nat(2000), { minLength: 30, maxLength: 30 }),
        (unsorted, plan, maxItems, maxBytes, pauses) => {
          const offsets = [...unsorted].sort((a, b) => a - b);
          const last = plan % offsets.length;
          const { made, send, pass, source } = run({ maxItems, maxBytes, plannedLast: offsets[last]! });
          offsets.forEach((offset, i) => {
            send(offset, 20);
            pass(pauses[i]!);
          });
          source.complete();
          expect(made[0]).toEqual(offsets.slice(0, last + 1));
          expect(made.flat()).toEqual(offsets);
        },
      ),
    );
  });

  it('gives its credit back while it comes together: it may be larger than the credit now is', () => {
    const { made, send } = run({ plannedLast: 4 });
    const planned = [0, 1, 2, 3, 4].map(offset => send(offset, 90));
    expect(made).toEqual([[0, 1, 2, 3, 4]]);
    expect(planned.every(delivery => delivery.isRetained())).toBe(true);
    expect(send(5).isRetained()).toBe(false);
  });

  it('ends before the first message behind it when its last one is gone from the log', () => {
    const { made, send } = run({ plannedLast: 4, maxItems: 2 });
    for (const offset of [0, 1, 3, 7, 8]) send(offset);
    expect(made).toEqual([
      [0, 1, 3],
      [7, 8],
    ]);
  });

  it('is over when the log begins behind it', () => {
    const { made, send } = run({ plannedLast: 4, maxItems: 2 });
    send(9);
    send(10);
    expect(made).toEqual([[9, 10]]);
  });

  it('is not sent in part when the lane stops before it is whole: that would be another block', () => {
    const { made, state, send, source } = run({ plannedLast: 4 });
    const part = [0, 1, 2].map(offset => send(offset));
    source.complete();
    expect([made, state.completed]).toEqual([[], true]);
    expect(part.map(delivery => delivery.fate())).toEqual([null, null, null]);
  });
});
