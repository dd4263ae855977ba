import { describe, expect, it } from 'vitest';
import { MicroBatcher } from './micro-batcher.js';
import { type Gate, gate, settle } from './testing/signals.js';

function make(maxItems = 3) {
  const calls: { items: readonly number[]; gate: Gate<readonly string[]> }[] = [];
  const timers: { work: () => void; ms: number; cancelled: boolean }[] = [];
  const batcher = new MicroBatcher<number, string>(
    items => {
      const call = { items, gate: gate<readonly string[]>() };
      calls.push(call);
      return call.gate.promise;
    },
    {
      maxItems,
      lingerMs: 20,
      schedule: (work, ms) => {
        const timer = { work, ms, cancelled: false };
        timers.push(timer);
        return () => {
          timer.cancelled = true;
        };
      },
    },
  );
  const answer = (call: number) => calls[call]!.gate.open(calls[call]!.items.map(item => `of ${item}`));
  return { batcher, calls, timers, answer };
}

describe('MicroBatcher', () => {
  it('lets the first item wait for company, and gives each caller its own result', async () => {
    const { batcher, calls, timers, answer } = make();
    const results = [batcher.run(1), batcher.run(2)];
    expect([calls.length, timers.map(({ ms }) => ms)]).toEqual([0, [20]]);
    timers[0]!.work();
    answer(0);
    expect(await Promise.all(results)).toEqual(['of 1', 'of 2']);
    expect(calls[0]!.items).toEqual([1, 2]);
  });

  it('does not wait when a batch is full, and cancels the wait', () => {
    const { batcher, calls, timers } = make();
    for (const item of [1, 2, 3]) void batcher.run(item);
    expect(calls.map(({ items }) => items)).toEqual([[1, 2, 3]]);
    expect(timers.map(({ cancelled }) => cancelled)).toEqual([true]);
  });

  it('runs one batch at a time, never larger than its limit; what came meanwhile goes at once', async () => {
    const { batcher, calls, timers, answer } = make();
    for (let item = 0; item < 8; item++) void batcher.run(item);
    expect(calls).toHaveLength(1);
    answer(0);
    await settle();
    answer(1);
    await settle();
    expect(calls.map(({ items }) => items)).toEqual([
      [0, 1, 2],
      [3, 4, 5],
      [6, 7],
    ]);
    answer(2);
    await settle();
    void batcher.run(9);
    expect(timers.at(-1)!.cancelled).toBe(false);
    expect(calls).toHaveLength(3);
  });

  it('gives the error of a batch to those who were in it, and goes on', async () => {
    const { batcher, calls, answer } = make(1);
    const failing = batcher.run(1);
    const passing = batcher.run(2);
    calls[0]!.gate.fail(new Error('no'));
    await expect(failing).rejects.toThrow('no');
    answer(1);
    expect(await passing).toBe('of 2');
  });

  it('fails a batch whose work gave too few results instead of mixing them up', async () => {
    const { batcher, calls, timers } = make();
    const results = [batcher.run(1), batcher.run(2)];
    timers[0]!.work();
    calls[0]!.gate.open(['of 1']);
    for (const result of results) await expect(result).rejects.toMatchObject({ code: 'INTERNAL' });
  });
});
