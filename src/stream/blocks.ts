import {
  asyncScheduler,
  Observable,
  type OperatorFunction,
  type SchedulerLike,
  type Subscription,
} from 'rxjs';
import type { Delivery } from './delivery.js';

export interface BlockOptions {
  readonly maxItems: number;
  readonly maxBytes: number;
  /** How long the first delivery of a block waits for company. */
  readonly lingerMs: number;
  /**
   * The last offset of a block that was planned before a crash: the first block ends exactly there, whatever the
   * limits say, so that its insertion carries the same rows and the same token.
   */
  readonly plannedLast?: number | null;
  readonly scheduler?: SchedulerLike;
}

/** Gathers deliveries into blocks by count, bytes and time. The end of the stream ends the last block. */
export function blocks<T>(options: BlockOptions): OperatorFunction<Delivery<T>, readonly Delivery<T>[]> {
  const { maxItems, maxBytes, lingerMs, scheduler = asyncScheduler } = options;
  return source =>
    new Observable(subscriber => {
      let block: Delivery<T>[] = [];
      let bytes = 0;
      let plannedLast = options.plannedLast ?? null;
      let timer: Subscription | null = null;

      const flush = () => {
        timer?.unsubscribe();
        timer = null;
        if (block.length === 0) return;
        const full = block;
        block = [];
        bytes = 0;
        subscriber.next(full);
      };

      const subscription = source.subscribe({
        next: delivery => {
          // The planned block's last offset may be gone (compaction): then the next one shows that it is over.
          if (plannedLast !== null && delivery.offset > plannedLast) {
            plannedLast = null;
            flush();
          }
          block.push(delivery);
          bytes += delivery.bytes;
          if (plannedLast !== null) {
            // Planned under other limits, the block may be larger than the credit: it must come together all the same.
            delivery.ack.retain();
            if (delivery.offset < plannedLast) return;
            plannedLast = null;
            flush();
          } else if (block.length >= maxItems || bytes >= maxBytes) flush();
          else timer ??= scheduler.schedule(flush, lingerMs);
        },
        error: error => subscriber.error(error),
        complete: () => {
          // A planned block that is not whole is not flushed: it would be another block. It stays unacked.
          if (plannedLast === null) flush();
          subscriber.complete();
        },
      });
      return () => {
        subscription.unsubscribe();
        timer?.unsubscribe();
      };
    });
}
