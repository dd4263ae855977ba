import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { PlantsenseError } from '../errors.js';
import { exponentialBackoff, retrying } from './retry.js';
import { instantBackoff } from './testing/signals.js';

const unavailable = () => new PlantsenseError('STORE_UNAVAILABLE', 'Away.');

describe('retrying', () => {
  it('tries again for as long as it takes, and tells of each failure', async () => {
    const backoff = instantBackoff();
    const told: number[] = [];
    let calls = 0;
    const work = async () => {
      if (++calls < 50) throw unavailable();
      return 'done';
    };
    const result = retrying(work, { backoff, onRetry: (_, attempt) => void told.push(attempt) });
    expect(await result).toBe('done');
    expect(backoff.waits).toEqual(Array.from({ length: 49 }, (_, i) => i + 1));
    expect(told).toEqual(backoff.waits);
  });

  it.each([
    new PlantsenseError('STORE_REJECTED', 'Never.'),
    new PlantsenseError('BROKER_AUTH_FAILED', 'Never.'),
    new PlantsenseError('COMMIT_FENCED', 'Not here.'),
    new TypeError('a mistake'),
  ])('gives up at once what can not be mended by waiting: $message', async error => {
    const backoff = instantBackoff();
    const failing = retrying(() => Promise.reject(error), { backoff });
    await expect(failing).rejects.toBe(error);
    expect(backoff.waits).toEqual([]);
  });

  it('ends with the last error when it is told to', async () => {
    const stop = new AbortController();
    let calls = 0;
    const failing = retrying(
      async () => {
        if (++calls === 3) stop.abort();
        throw unavailable();
      },
      { backoff: instantBackoff(), signal: stop.signal },
    );
    await expect(failing).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    expect(calls).toBe(3);
  });

  it.each(['the work', 'the wait'])(
    'tries no more when it is told to end during %s, and tells of no other',
    async during => {
      const stop = new AbortController();
      const told: number[] = [];
      let calls = 0;
      const work = async () => {
        calls += 1;
        if (during === 'the work') stop.abort();
        throw unavailable();
      };
      const backoff = { delayMs: () => 1, wait: async () => stop.abort() };
      const onRetry = (_: unknown, attempt: number) => void told.push(attempt);
      const failing = retrying(work, { backoff, signal: stop.signal, onRetry });
      await expect(failing).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
      expect([calls, told]).toEqual([1, during === 'the work' ? [] : [1]]);
    },
  );
});

describe('the exponential backoff', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('doubles from 100 ms to 10 s', () => {
    const delays = Array.from({ length: 10 }, (_, i) => exponentialBackoff.delayMs(i + 1));
    expect(delays).toEqual([100, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000, 10_000]);
    expect(exponentialBackoff.delayMs(100_000)).toBe(10_000);
  });

  it('waits, and not longer than its signal lets it; no timer is left behind', async () => {
    let over = false;
    const stop = new AbortController();
    const waiting = exponentialBackoff.wait(1000, stop.signal).then(() => {
      over = true;
    });
    await vi.advanceTimersByTimeAsync(999);
    expect(over).toBe(false);
    stop.abort();
    await waiting;
    expect(vi.getTimerCount()).toBe(0);
  });

  it('does not listen on when a wait is over: a lane that lives long retries often', async () => {
    const { signal } = new AbortController();
    const waiting = exponentialBackoff.wait(1000, signal);
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1000);
    await waiting;
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  it('does not wait at all when its signal has aborted before: a stop used to take the whole delay', async () => {
    await exponentialBackoff.wait(10_000, AbortSignal.abort());
    expect(vi.getTimerCount()).toBe(0);
  });
});
