import fc from 'fast-check';
import { Subject } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { Delivery } from './delivery.js';
import { flatMapOrdered } from './flat-map-ordered.js';
import { type Gate, gate, settle } from './testing/signals.js';
import { type TestDelivery, testDelivery } from './testing/test-delivery.js';

function run(concurrency: number, work?: (delivery: Delivery<number>) => Promise<readonly string[]>) {
  const source = new Subject<Delivery<number>>();
  const gates: Gate<readonly string[]>[] = [];
  const started: number[] = [];
  const out: Delivery<string>[] = [];
  const state: { error: unknown; completed: boolean } = { error: null, completed: false };
  const subscription = source
    .pipe(
      flatMapOrdered(
        delivery => {
          started.push(delivery.value);
          gates[delivery.value] = gate();
          return work ? work(delivery) : gates[delivery.value]!.promise;
        },
        { concurrency },
      ),
    )
    .subscribe({
      next: delivery => void out.push(delivery),
      error: error => {
        state.error = error;
      },
      complete: () => {
        state.completed = true;
      },
    });
  const send = (count: number): TestDelivery<number>[] =>
    Array.from({ length: count }, (_, i) => {
      const delivery = testDelivery(i, { offset: i });
      source.next(delivery);
      return delivery;
    });
  const values = () => out.map(({ value }) => value);
  return { source, gates, started, out, values, state, subscription, send };
}

describe('flatMapOrdered', () => {
  it('works on several at once and no more, and releases in the order of arrival', async () => {
    const { gates, started, values, send } = run(2);
    send(3);
    expect(started).toEqual([0, 1]);
    gates[1]!.open(['b']);
    await settle();
    expect([values(), started]).toEqual([[], [0, 1]]);
    gates[0]!.open(['a']);
    await settle();
    expect([values(), started]).toEqual([
      ['a', 'b'],
      [0, 1, 2],
    ]);
  });

  it('shares the acknowledgement among the outputs, and acks what has none', async () => {
    const { gates, out, send } = run(2);
    const [two, none] = send(2);
    gates[0]!.open(['a', 'b']);
    gates[1]!.open([]);
    await settle();
    expect([two!.fate(), none!.fate()]).toEqual([null, 'done']);
    out[0]!.ack.done();
    expect(two!.fate()).toBeNull();
    out[1]!.ack.done();
    expect(two!.fate()).toBe('done');
  });

  it('completes after the last work, not with its source', async () => {
    const { source, gates, values, state, send } = run(1);
    send(2);
    source.complete();
    gates[0]!.open(['a']);
    await settle();
    expect(state.completed).toBe(false);
    gates[1]!.open(['b']);
    await settle();
    expect([values(), state.completed]).toEqual([['a', 'b'], true]);
  });

  it('lets the outputs before an error out first, and none behind it', async () => {
    const { gates, values, state, send } = run(3);
    const deliveries = send(3);
    gates[1]!.fail(new Error('no'));
    gates[2]!.open(['c']);
    await settle();
    expect(state.error).toBeNull();
    gates[0]!.open(['a']);
    await settle();
    expect([values(), state.error]).toEqual([['a'], new Error('no')]);
    expect(deliveries.map(each => each.fate())).toEqual([null, null, null]);
  });

  it('takes an error that work throws before its first wait as any other: it used to end the process', async () => {
    const { state, send } = run(1, () => {
      throw new Error('at once');
    });
    send(1);
    await settle();
    expect(state.error).toEqual(new Error('at once'));
  });

  it('starts nothing more, acks nothing and emits nothing when it is unsubscribed', async () => {
    const { gates, started, values, subscription, send } = run(1);
    const deliveries = send(2);
    subscription.unsubscribe();
    gates[0]!.open(['a']);
    await settle();
    expect([started, values(), deliveries[0]!.fate()]).toEqual([[0], [], null]);
  });

  it('keeps the order and every ack under any order of completion', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(3), { maxLength: 12 }),
        fc.integer({ min: 1, max: 5 }),
        fc.infiniteStream(fc.nat()),
        async (counts, concurrency, choices) => {
          const { source, gates, out, values, state, send } = run(concurrency);
          const deliveries = send(counts.length);
          source.complete();
          const open = new Set(counts.keys());
          while (open.size > 0) {
            const under = [...open].filter(i => gates[i]);
            expect(under.length).toBeLessThanOrEqual(concurrency);
            const next = under[choices.next().value! % under.length]!;
            open.delete(next);
            gates[next]!.open(Array.from({ length: counts[next]! }, (_, k) => `${next}.${k}`));
            await settle();
          }
          await settle();
          expect(values()).toEqual(
            counts.flatMap((n, i) => Array.from({ length: n }, (_, k) => `${i}.${k}`)),
          );
          for (const { ack } of out) ack.done();
          expect(deliveries.every(each => each.fate() === 'done')).toBe(true);
          expect(state.completed).toBe(true);
        },
      ),
    );
  });

  it('fails with a mistake that shows only when a result is released', async () => {
    const { gates, state, send } = run(1);
    const [delivery] = send(1);
    delivery!.ack.done();
    gates[0]!.open(['x']);
    await settle();
    expect(state.error).toMatchObject({ code: 'INTERNAL' });
  });
});
