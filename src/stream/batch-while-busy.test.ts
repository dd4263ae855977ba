import { Subject } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { type BatchLimits, batchWhileBusy } from './batch-while-busy.js';
import type { Delivery } from './delivery.js';
import { type Gate, gate, settle } from './testing/signals.js';
import { type TestDelivery, testDelivery } from './testing/test-delivery.js';

function run(limits: BatchLimits = { maxItems: 3, maxBytes: 100 }) {
  const source = new Subject<Delivery<number>>();
  const calls: { values: number[]; gate: Gate }[] = [];
  const state: { error: unknown; completed: boolean; emitted: number } = {
    error: null,
    completed: false,
    emitted: 0,
  };
  const subscription = source
    .pipe(
      batchWhileBusy(batch => {
        const call = { values: batch.map(({ value }) => value), gate: gate() };
        calls.push(call);
        return call.gate.promise;
      }, limits),
    )
    .subscribe({
      next: () => {
        state.emitted += 1;
      },
      error: error => {
        state.error = error;
      },
      complete: () => {
        state.completed = true;
      },
    });
  let next = 0;
  const send = (count: number, bytes = 1): TestDelivery<number>[] =>
    Array.from({ length: count }, () => {
      const delivery = testDelivery(next++, { bytes });
      source.next(delivery);
      return delivery;
    });
  const fates = (deliveries: readonly TestDelivery<number>[]) => deliveries.map(each => each.fate());
  return { source, calls, state, subscription, send, fates };
}

describe('batchWhileBusy', () => {
  it('makes one batch of what comes at once, and gathers the next while it is under way', async () => {
    const { calls, send } = run();
    send(2);
    await settle();
    expect(calls.map(({ values }) => values)).toEqual([[0, 1]]);
    send(4);
    await settle();
    expect(calls).toHaveLength(1);
    calls[0]!.gate.open();
    await settle();
    expect(calls.map(({ values }) => values)).toEqual([
      [0, 1],
      [2, 3, 4],
    ]);
    calls[1]!.gate.open();
    await settle();
    expect(calls[2]!.values).toEqual([5]);
  });

  it('keeps batches within their bytes, and lets a larger message go alone', async () => {
    const { calls, send } = run({ maxItems: 9, maxBytes: 100 });
    send(1, 500);
    send(3, 40);
    for (let i = 0; i < 3; i++) {
      await settle();
      calls[i]!.gate.open();
    }
    await settle();
    expect(calls.map(({ values }) => values)).toEqual([[0], [1, 2], [3]]);
  });

  it('acks when the effect is durable, not before', async () => {
    const { calls, send, fates, state } = run();
    const deliveries = send(2);
    await settle();
    expect(fates(deliveries)).toEqual([null, null]);
    calls[0]!.gate.open();
    await settle();
    expect([fates(deliveries), state.emitted]).toEqual([['done', 'done'], 1]);
  });

  it('acks nothing of a batch that failed, starts no other, and errors', async () => {
    const { calls, send, fates, state } = run();
    const deliveries = send(5);
    await settle();
    calls[0]!.gate.fail(new Error('refused'));
    await settle();
    expect(state.error).toEqual(new Error('refused'));
    expect(fates(deliveries)).toEqual([null, null, null, null, null]);
    expect(calls).toHaveLength(1);
  });

  it('completes after the last effect, also when the source ended before the first began', async () => {
    const { source, calls, send, state } = run();
    send(4);
    source.complete();
    await settle();
    calls[0]!.gate.open();
    await settle();
    expect(state.completed).toBe(false);
    calls[1]!.gate.open();
    await settle();
    expect(state.completed).toBe(true);
  });

  it('completes with an empty source', async () => {
    const { source, state } = run();
    source.complete();
    await settle();
    expect(state.completed).toBe(true);
  });

  it('acks what became durable after it was unsubscribed (the watermark counts it as late), and starts nothing more', async () => {
    const { calls, send, fates, state, subscription } = run();
    const deliveries = send(5);
    await settle();
    subscription.unsubscribe();
    calls[0]!.gate.open();
    await settle();
    expect(fates(deliveries)).toEqual(['done', 'done', 'done', null, null]);
    expect([calls.length, state.emitted]).toEqual([1, 0]);
  });

  it('passes an error of its source on at once', async () => {
    const { source, send, state } = run();
    send(1);
    source.error(new Error('gone'));
    expect(state.error).toEqual(new Error('gone'));
  });

  it('pauses after a batch, so that little by little becomes a batch too, but not before a whole one or the end', async () => {
    const pauses: Gate[] = [];
    const pause = () => {
      pauses.push(gate());
      return pauses.at(-1)!.promise;
    };
    const { calls, send, source, state } = run({ maxItems: 3, maxBytes: 100, pause });
    const finish = async () => {
      calls.at(-1)!.gate.open();
      await settle();
    };
    send(1);
    await settle();
    await finish();
    send(1);
    send(1);
    await settle();
    expect([calls.length, pauses.length]).toEqual([1, 1]);
    pauses[0]!.open();
    await settle();
    expect(calls.map(({ values }) => values)).toEqual([[0], [1, 2]]);
    send(3);
    await finish();
    expect([calls.at(-1)!.values, pauses.length]).toEqual([[3, 4, 5], 1]);
    source.complete();
    await finish();
    expect([state.completed, pauses.length]).toEqual([true, 1]);
  });
});
