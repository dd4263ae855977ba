import { parentPort } from 'node:worker_threads';
import { toPlantsenseError } from '../errors.js';
import type { WorkerCall, WorkerReply } from './worker-pool.js';

/** What a handler gives back: the result, and the buffers of it that move without a copy. */
export interface Answer {
  readonly result: unknown;
  readonly transfer?: readonly ArrayBuffer[];
}

/** Serves the calls of a `WorkerThread`, one after another, in the order in which they came. */
export function serveWorker(
  handle: (payload: never, report: (progress: unknown) => void) => Answer | Promise<Answer>,
): void {
  const port = parentPort;
  if (!port) throw new Error('serveWorker runs in a worker thread.');
  let last: Promise<void> = Promise.resolve();
  port.on('message', ({ id, payload }: WorkerCall) => {
    last = last.then(async () => {
      try {
        // The payload's type is the contract between the two modules that know it.
        const { result, transfer = [] } = await handle(payload as never, progress =>
          port.postMessage({ id, progress } satisfies WorkerReply),
        );
        port.postMessage({ id, result } satisfies WorkerReply, transfer as ArrayBuffer[]);
      } catch (thrown) {
        const { code, message } = toPlantsenseError(thrown);
        port.postMessage({ id, error: { code, message } } satisfies WorkerReply);
      }
    });
  });
}
