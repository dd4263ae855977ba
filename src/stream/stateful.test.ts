import { Subject } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { Delivery } from './delivery.js';
import { type Step, stateful } from './stateful.js';
import { settle } from './testing/signals.js';
import { testDelivery } from './testing/test-delivery.js';

describe('stateful', () => {
  it('notes what a step changes before its message can be acked', async () => {
    const source = new Subject<Delivery<string>>();
    const change = { type: 'hold', key: 1, offset: 0 } as const;
    source.pipe(stateful(() => ({ outputs: [], changes: [change] }))).subscribe();
    const order: string[] = [];
    const delivery = testDelivery('a');
    source.next({
      ...delivery,
      change: each => {
        delivery.change(each);
        order.push(delivery.fate() === null ? 'changed' : 'changed too late');
      },
    });
    await settle();
    expect([order, delivery.changes, delivery.fate()]).toEqual([['changed'], [change], 'done']);
  });

  it('emits nothing of a replay, but lets it rebuild the state', async () => {
    const source = new Subject<Delivery<number>>();
    let sum = 0;
    const out: number[] = [];
    const step = ({ value }: Delivery<number>): Step<number> => {
      sum += value;
      return { outputs: [sum], changes: [] };
    };
    source.pipe(stateful(step)).subscribe(({ value }) => void out.push(value));
    const replayed = testDelivery(10, { replayed: true });
    source.next(replayed);
    source.next(testDelivery(5));
    await settle();
    expect([out, replayed.fate()]).toEqual([[15], 'done']);
  });

  it('steps one after another by default, in the order of the log', async () => {
    const source = new Subject<Delivery<number>>();
    const order: string[] = [];
    source
      .pipe(
        stateful(async ({ value }) => {
          order.push(`begin ${value}`);
          await settle();
          order.push(`end ${value}`);
          return { outputs: [], changes: [] };
        }),
      )
      .subscribe();
    source.next(testDelivery(1));
    source.next(testDelivery(2));
    for (let i = 0; i < 4; i++) await settle();
    expect(order).toEqual(['begin 1', 'end 1', 'begin 2', 'end 2']);
  });
  it('lets a machine that keeps the order itself have several under way', async () => {
    const source = new Subject<Delivery<number>>();
    let underWay = 0;
    let most = 0;
    const step = async () => {
      most = Math.max(most, ++underWay);
      await settle();
      underWay -= 1;
      return { outputs: [], changes: [] };
    };
    source.pipe(stateful(step, { concurrency: 2 })).subscribe();
    for (let i = 0; i < 5; i++) source.next(testDelivery(i));
    for (let i = 0; i < 8; i++) await settle();
    expect(most).toBe(2);
  });
});
