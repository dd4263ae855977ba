import { classify, PlantsenseError } from '../errors.js';

/** How long to wait before attempt `n` (the first retry is 1). Injected, so that tests never sleep. */
export interface Backoff {
  delayMs(attempt: number): number;
  /** Resolves after `ms`, or at once when `signal` aborts. */
  wait(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Doubles from 100 ms to 10 s. */
export const exponentialBackoff: Backoff = {
  delayMs: attempt => Math.min(10_000, 100 * 2 ** (attempt - 1)),
  wait: (ms, signal) =>
    new Promise(resolve => {
      if (signal?.aborted) return resolve();
      const end = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', end);
        resolve();
      };
      const timer = setTimeout(end, ms);
      signal?.addEventListener('abort', end, { once: true });
    }),
};

export interface RetryOptions {
  readonly backoff: Backoff;
  /** Ends the retrying: the last error is thrown. */
  readonly signal?: AbortSignal;
  /** Told of each failure that will be tried again. */
  readonly onRetry?: (error: unknown, attempt: number) => void;
}

/** Calls `work` until it succeeds or fails with an error that is not retryable. Nothing is given up for its length. */
export async function retrying<T>(work: () => Promise<T>, options: RetryOptions): Promise<T> {
  const { backoff, signal, onRetry } = options;
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (classify(error) !== 'retryable' || signal?.aborted || isFenced(error)) throw error;
      onRetry?.(error, attempt);
      await backoff.wait(backoff.delayMs(attempt), signal);
      if (signal?.aborted) throw error;
    }
  }
}

/** True when another member owns the partition: never tried again here, its new owner does the work. */
export function isFenced(error: unknown): boolean {
  return error instanceof PlantsenseError && error.code === 'COMMIT_FENCED';
}
