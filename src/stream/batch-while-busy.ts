import { Observable, type OperatorFunction } from 'rxjs';
import type { Delivery } from './delivery.js';

export interface BatchLimits {
  readonly maxItems: number;
  readonly maxBytes: number;
  /** Waits a little after each call, unless a whole batch waits already: fewer calls, where each costs much. */
  readonly pause?: () => Promise<void>;
}

/**
 * Makes an effect for deliveries, in order, one call at a time: while a call is under way, what arrives is gathered for
 * the next one. So what comes to an idle lane has no delay, and a busy one makes large batches.
 *
 * The effect resolves when it is durable; then the batch is acked and emitted. It must not fail for what can be tried
 * again or put aside: an error errors the stream, and nothing of the batch is acked.
 */
export function batchWhileBusy<T>(
  effect: (batch: readonly Delivery<T>[]) => Promise<void>,
  { maxItems, maxBytes, pause }: BatchLimits,
): OperatorFunction<Delivery<T>, readonly Delivery<T>[]> {
  return source =>
    new Observable(subscriber => {
      let gathered: Delivery<T>[] = [];
      let busy = false;
      let completed = false;

      const take = (): Delivery<T>[] => {
        let bytes = 0;
        let count = 0;
        for (const delivery of gathered) {
          bytes += delivery.bytes;
          if (count > 0 && (count >= maxItems || bytes > maxBytes)) break;
          count += 1;
        }
        const batch = gathered.slice(0, count);
        gathered = gathered.slice(count);
        return batch;
      };

      const work = async () => {
        busy = true;
        try {
          // The microtask lets what a source emits synchronously (one fetch) become one batch.
          await Promise.resolve();
          while (gathered.length > 0 && !subscriber.closed) {
            const batch = take();
            await effect(batch);
            for (const delivery of batch) delivery.ack.done();
            subscriber.next(batch);
            if (pause && !completed && gathered.length < maxItems) await pause();
          }
          if (completed) subscriber.complete();
        } catch (error) {
          subscriber.error(error);
        } finally {
          busy = false;
        }
      };

      return source.subscribe({
        next: delivery => {
          gathered.push(delivery);
          if (!busy) void work();
        },
        error: error => subscriber.error(error),
        complete: () => {
          completed = true;
          if (!busy) void work();
        },
      });
    });
}
