import { Ack } from '../ack.js';
import type { Delivery } from '../delivery.js';
import type { CheckpointChange } from '../watermark.js';

/** A delivery whose fate a test can see. */
export interface TestDelivery<T> extends Delivery<T> {
  /** How it was settled: null while it is not. */
  readonly fate: () => 'done' | Error | null;
  readonly isRetained: () => boolean;
  readonly changes: readonly CheckpointChange[];
}

export function testDelivery<T>(
  value: T,
  at: Partial<Omit<Delivery<T>, 'value' | 'ack' | 'change'>> = {},
): TestDelivery<T> {
  let fate: 'done' | Error | null = null;
  let retained = false;
  const changes: CheckpointChange[] = [];
  const ack = new Ack({
    settled: failure => {
      if (fate !== null) throw new Error('A delivery was settled twice.');
      fate = failure ?? 'done';
    },
    retained: () => {
      if (retained) throw new Error('A delivery was retained twice.');
      retained = true;
    },
  });
  return {
    key: null,
    eventTimeUs: 0,
    offset: 0,
    bytes: 1,
    replayed: false,
    ...at,
    value,
    ack,
    change: change => void changes.push(change),
    fate: () => fate,
    isRetained: () => retained,
    changes,
  };
}
