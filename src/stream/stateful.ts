import type { OperatorFunction } from 'rxjs';
import type { Delivery } from './delivery.js';
import { flatMapOrdered } from './flat-map-ordered.js';
import type { CheckpointChange } from './watermark.js';

/** What one input makes of an operator's state. */
export interface Step<U> {
  readonly outputs: readonly U[];
  /** Which parts of the log the state needs from now on. */
  readonly changes: readonly CheckpointChange[];
}

/**
 * Runs a state machine over a lane. Its state lives in memory; the log is its checkpoint: with each input it says which
 * keys hold which offsets, and after a restart it is fed from there. Inputs before the position rebuild the state and
 * emit nothing.
 *
 * @param step called in the order of the log; calls may overlap up to `concurrency`, as long as the machine keeps the
 *   order itself (a worker thread does)
 */
export function stateful<T, U>(
  step: (delivery: Delivery<T>) => Step<U> | Promise<Step<U>>,
  { concurrency = 1 }: { readonly concurrency?: number } = {},
): OperatorFunction<Delivery<T>, Delivery<U>> {
  return flatMapOrdered(
    async delivery => {
      const { outputs, changes } = await step(delivery);
      for (const change of changes) delivery.change(change);
      return delivery.replayed ? [] : outputs;
    },
    { concurrency },
  );
}
