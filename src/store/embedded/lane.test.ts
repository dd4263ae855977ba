import { describe, expect, it } from 'vitest';
import { Lane } from './lane.js';

describe('a lane', () => {
  it('makes things when they are needed, and uses them again', async () => {
    let made = 0;
    const lane = new Lane(2, 10, () => ++made);
    const first = await lane.take();
    lane.give(first);
    expect(await lane.take()).toBe(first);
    expect(await lane.take()).toBe(2);
    expect(made).toBe(2);
  });

  it('hands a thing to whoever waited longest', async () => {
    const lane = new Lane(1, 10, () => 'thing');
    await lane.take();
    const order: number[] = [];
    const waiting = [1, 2].map(n => lane.take().then(() => order.push(n)));
    lane.give('thing');
    await waiting[0];
    lane.give('thing');
    await waiting[1];
    expect(order).toEqual([1, 2]);
  });

  it('refuses whoever finds the queue full', async () => {
    const lane = new Lane(1, 1, () => 'thing');
    await lane.take();
    void lane.take();
    await expect(lane.take()).rejects.toMatchObject({ code: 202 });
  });

  it('is idle when all is given back', async () => {
    const lane = new Lane(1, 1, () => 'thing');
    await lane.idle();
    const thing = await lane.take();
    let idle = false;
    const done = lane.idle().then(() => {
      idle = true;
    });
    expect(idle).toBe(false);
    lane.give(thing);
    await done;
    expect(idle).toBe(true);
  });
});
