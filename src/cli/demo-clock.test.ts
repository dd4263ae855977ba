import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DemoClock } from './demo-clock.js';

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('DemoClock', () => {
  it('is the wall clock', () => {
    const clock = new DemoClock();
    vi.advanceTimersByTime(1500);
    expect(clock.nowUs()).toBe(1_001_500_000);
  });

  it('may run faster from its beginning on', () => {
    const clock = new DemoClock(4);
    vi.advanceTimersByTime(1500);
    expect(clock.nowUs()).toBe(1_006_000_000);
  });

  it('waits for a time, at its own speed', async () => {
    const clock = new DemoClock(4);
    let reached = false;
    void clock.until(1_006_000_000, new AbortController().signal).then(() => {
      reached = true;
    });
    await vi.advanceTimersByTimeAsync(1499);
    expect(reached).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(reached).toBe(true);
  });

  it('waits no longer when it is told to stop, and not at all for what is past', async () => {
    const clock = new DemoClock();
    const stop = new AbortController();
    const waiting = clock.until(9_000_000_000, stop.signal);
    stop.abort();
    await waiting;
    await clock.until(5, new AbortController().signal);
    expect(vi.getTimerCount()).toBe(0);
  });
});
