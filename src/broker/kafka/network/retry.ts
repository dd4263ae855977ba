import { setTimeout as sleep } from 'node:timers/promises';
import { isRetriable, toBrokerError } from '../protocol/error-codes.js';

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1_000;

export interface RetryOptions {
  readonly budgetMs: number;
  /** Ends the pauses early; the last error is thrown. */
  readonly signal?: AbortSignal;
  /** Whether there is no sense in another try. */
  readonly isOver?: () => boolean;
  /** Called before each further try: forgets what may have led astray, and logs. */
  readonly onRetry?: (error: unknown, attempt: number) => void;
}

/**
 * Tries an operation until it works, fails for good, or the budget is spent. Pauses double up to a second.
 * @throws PlantsenseError the last failure
 */
export async function retrying<T>(operation: () => Promise<T>, options: RetryOptions): Promise<T> {
  const end = performance.now() + options.budgetMs;
  let pauseMs = FIRST_PAUSE_MS;
  for (let attempt = 1; ; attempt++) {
    try {
      return await operation();
    } catch (error) {
      const spent =
        performance.now() + pauseMs >= end || options.signal?.aborted === true || options.isOver?.() === true;
      if (spent || !isRetriable(error)) throw toBrokerError(error);
      options.onRetry?.(error, attempt);
    }
    await sleep(pauseMs, undefined, options.signal && { signal: options.signal }).catch(() => {});
    pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
  }
}
