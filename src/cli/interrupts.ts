import { Interrupted } from './exit-code.js';

/** The parts of `process` that signals come through. */
export interface SignalSource {
  on(event: 'SIGINT' | 'SIGTERM', listener: () => void): unknown;
  exit(code: number): never;
}

/** A terminal and npm both pass on one Ctrl-C: signals that follow each other so closely are one. */
const SAME_SIGNAL_MS = 500;

/**
 * Turns Ctrl-C and SIGTERM into an abort: the first asks the command to finish what it has begun, the second ends the
 * process at once.
 *
 * @param onFirst told when a person has to be told that it goes on for a while
 * @param nowMs a clock that only goes forward
 */
export function listenForInterrupts(
  controller: AbortController,
  source: SignalSource,
  onFirst: () => void,
  nowMs: () => number = () => performance.now(),
): void {
  let firstMs = 0;
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    source.on(name, () => {
      const reason = new Interrupted(name);
      if (controller.signal.aborted) {
        if (nowMs() - firstMs > SAME_SIGNAL_MS) source.exit(reason.exitCode);
        return;
      }
      firstMs = nowMs();
      controller.abort(reason);
      onFirst();
    });
  }
}
