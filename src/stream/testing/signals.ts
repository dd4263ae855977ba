import type { Backoff } from '../retry.js';

/** Lets everything run that is ready: promises, and what they wake. */
export const settle = () => new Promise<void>(resolve => setImmediate(resolve));

/** Waits by rounds of the event loop, never by the clock, until something is so. */
export async function until(condition: () => boolean, rounds = 5000): Promise<void> {
  for (let i = 0; !condition(); i++) {
    if (i === rounds) throw new Error('What was waited for did not happen.');
    await settle();
  }
}

/** A promise that a test resolves or rejects. */
export interface Gate<T = void> {
  readonly promise: Promise<T>;
  open(value: T): void;
  fail(error: unknown): void;
}

export function gate<T = void>(): Gate<T> {
  let open: (value: T) => void = () => {};
  let fail: (error: unknown) => void = () => {};
  const promise = new Promise<T>((resolve, reject) => {
    open = resolve;
    fail = reject;
  });
  promise.catch(() => {});
  return { promise, open, fail };
}

/** A backoff that waits for no clock: each wait is noted and over at the next round of the event loop. */
export function instantBackoff(): Backoff & { readonly waits: number[] } {
  const waits: number[] = [];
  return {
    waits,
    delayMs: attempt => attempt,
    wait: async (ms, signal) => {
      waits.push(ms);
      // An abort comes before the next round anyway.
      if (!signal?.aborted) await settle();
    },
  };
}
