import { describe, expect, it } from 'vitest';
import { StallWatchdog, type Watched } from './stall-watchdog.js';

const at = (position: number, lag: number, received = position, partition = 0): Watched => ({
  topic: 't',
  partition,
  position,
  received,
  lag,
});

function make() {
  const clock = { now: 0 };
  const watchdog = new StallWatchdog(1000, () => clock.now);
  const check = (ms: number, ...watched: Watched[]) => {
    clock.now = ms;
    return watchdog.check(watched).map(({ partition, stalledMs }) => [partition, stalledMs]);
  };
  return check;
}

describe('StallWatchdog', () => {
  it('finds a partition with lag that does not move', () => {
    const check = make();
    expect([check(0, at(5, 10)), check(999, at(5, 12))]).toEqual([[], []]);
    expect(check(1000, at(5, 15))).toEqual([[0, 1000]]);
    expect(check(3000, at(5, 20))).toEqual([[0, 3000]]);
    expect(check(3001, at(6, 19))).toEqual([]);
  });

  it('is content with a partition that has nothing to do, however long', () => {
    const check = make();
    for (let ms = 0; ms < 10_000; ms += 500) expect(check(ms, at(5, 0))).toEqual([]);
    // The wait counts from when there was something to do.
    expect(check(10_000, at(5, 3))).toEqual([]);
    expect(check(10_499, at(5, 3))).toEqual([]);
    expect(check(10_500, at(5, 3))).toEqual([[0, 1000]]);
  });

  it('takes a replay for movement: it receives while its position stands', () => {
    const check = make();
    for (let i = 0; i < 10; i++) expect(check(i * 600, at(500, 10, i))).toEqual([]);
  });

  it('looks at each partition for itself, and forgets one that was given back', () => {
    const check = make();
    check(0, at(1, 5, 1, 0), at(1, 5, 1, 1));
    expect(check(1000, at(1, 5, 1, 0), at(2, 4, 2, 1))).toEqual([[0, 1000]]);
    expect(check(1500, at(2, 4, 2, 1))).toEqual([]);
    expect(check(2000, at(1, 5, 1, 0), at(3, 3, 3, 1))).toEqual([]);
  });

  it('sees that acks come while nothing new is received, and looks at each partition by itself', () => {
    const check = make();
    check(0, at(1, 10, 8, 0), at(1, 10, 8, 1));
    expect(check(1000, at(2, 9, 8, 0), at(1, 10, 8, 1))).toEqual([[1, 1000]]);
    expect(check(2000, at(2, 9, 8, 0), at(2, 9, 8, 1))).toEqual([[0, 1000]]);
  });
});
