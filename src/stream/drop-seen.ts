import { Observable, type OperatorFunction } from 'rxjs';
import type { Checkpoint, Origin } from './checkpoint.js';
import type { Delivery } from './delivery.js';

/**
 * Drops a delivery whose origin was consumed before: a stage that crashed between sending and committing sends the same
 * records again. Each source's records arrive in the order of their origins, so the last one seen is enough to know,
 * and it travels in the checkpoint.
 *
 * A replay before the position is compared with itself: the checkpoint has seen all of it, and state is rebuilt from
 * it. From the message on that a key holds, this drops what was dropped at first, as long as one source writes a key.
 *
 * @param originOf null for records that carry no origin: they pass
 * @param onDropped told of each dropped delivery, which is acked
 */
export function dropSeen<T>(
  start: Checkpoint,
  originOf: (delivery: Delivery<T>) => Origin | null,
  onDropped: (delivery: Delivery<T>) => void = () => {},
): OperatorFunction<Delivery<T>, Delivery<T>> {
  return source =>
    new Observable(subscriber => {
      const seen = new Map(start.seen);
      const seenInReplay: typeof seen = new Map();
      return source.subscribe({
        next: delivery => {
          const origin = originOf(delivery);
          if (origin) {
            const known = delivery.replayed ? seenInReplay : seen;
            const last = known.get(origin.source);
            if (
              last &&
              (origin.offset < last.offset || (origin.offset === last.offset && origin.index <= last.index))
            ) {
              onDropped(delivery);
              delivery.ack.done();
              return;
            }
            known.set(origin.source, origin);
            delivery.change({ type: 'seen', origin });
          }
          subscriber.next(delivery);
        },
        error: error => subscriber.error(error),
        complete: () => subscriber.complete(),
      });
    });
}
