import { Observable, type OperatorFunction } from 'rxjs';
import { type Delivery, withValue } from './delivery.js';

export interface FlatMapOrderedOptions {
  /** How many deliveries may be worked on at once. */
  readonly concurrency: number;
}

/**
 * Works on up to `concurrency` deliveries at once and releases the results in the order of arrival. Each input gives
 * none, one or several outputs, which share its acknowledgement; none means that nothing is left to do, and acks it.
 *
 * What waits inside is bounded by the lane's credit, since every waiting delivery still holds its own.
 * An error of `work` errors the stream, in order: outputs of earlier deliveries still come out first.
 */
export function flatMapOrdered<T, U>(
  work: (delivery: Delivery<T>) => Promise<readonly U[]>,
  { concurrency }: FlatMapOrderedOptions,
): OperatorFunction<Delivery<T>, Delivery<U>> {
  return source =>
    new Observable(subscriber => {
      const waiting: Delivery<T>[] = [];
      const slots: Slot<T, U>[] = [];
      let completed = false;

      const start = (delivery: Delivery<T>) => {
        const slot: Slot<T, U> = { delivery, result: null };
        slots.push(slot);
        // `new Promise` also catches what `work` throws before its first wait.
        new Promise<readonly U[]>(resolve => resolve(work(delivery)))
          .then(
            outputs => {
              slot.result = { outputs };
            },
            error => {
              slot.result = { error };
            },
          )
          .then(release)
          .catch(error => subscriber.error(error));
      };

      const release = () => {
        for (;;) {
          const result = slots[0]?.result;
          if (!result || subscriber.closed) break;
          const { delivery } = slots.shift()!;
          if ('error' in result) return subscriber.error(result.error);
          const acks = delivery.ack.share(result.outputs.length);
          result.outputs.forEach((value, i) => {
            subscriber.next({ ...withValue(delivery, value), ack: acks[i]! });
          });
          const next = waiting.shift();
          if (next) start(next);
        }
        if (completed && slots.length === 0) subscriber.complete();
      };

      return source.subscribe({
        next: delivery => {
          if (slots.length < concurrency) start(delivery);
          else waiting.push(delivery);
        },
        error: error => subscriber.error(error),
        complete: () => {
          completed = true;
          release();
        },
      });
    });
}

interface Slot<T, U> {
  readonly delivery: Delivery<T>;
  result: { readonly outputs: readonly U[] } | { readonly error: unknown } | null;
}
