import type { Ack } from './ack.js';
import type { CheckpointChange } from './watermark.js';

/**
 * A value on its way through a lane, with everything that must happen to it: where it came from, when it happened,
 * and the acknowledgement that is owed for it.
 */
export interface Delivery<T> {
  readonly value: T;
  /** The sensor, as a rule. */
  readonly key: string | null;
  /** Microseconds since the epoch, in event time. */
  readonly eventTimeUs: number;
  /** The offset it came from; of several, the last. */
  readonly offset: number;
  /** What it weighs in credit. */
  readonly bytes: number;
  /** True before the position up to which outputs were emitted: rebuild state, emit nothing. */
  readonly replayed: boolean;
  readonly ack: Ack;
  /** Notes a change that processing this delivery makes to the checkpoint; before the ack settles. */
  change(change: CheckpointChange): void;
}

/** The same delivery with another value. */
export function withValue<T, U>(delivery: Delivery<T>, value: U): Delivery<U> {
  return { ...delivery, value };
}
