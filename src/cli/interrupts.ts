import { Interrupted } from './exit-code.js';

/** The parts of `process` that signals come through. */
export interface SignalSource {
  on(event: 'SIGINT' | 'SIGTERM', listener: () => void): unknown;
  exit(code: number): never;
}

/**
 * Turns Ctrl-C and SIGTERM into an abort: the first asks the command to finish what it has begun, the second ends the
 * process at once.
 *
 * @param onFirst told when a person has to be told that it goes on for a while
 */
export function listenForInterrupts(
  controller: AbortController,
  source: SignalSource,
  onFirst: () => void,
): void {
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    source.on(name, () => {
      const reason = new Interrupted(name);
      if (controller.signal.aborted) source.exit(reason.exitCode);
      controller.abort(reason);
      onFirst();
    });
  }
}
