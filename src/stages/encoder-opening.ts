import { toPlantsenseError } from '../errors.js';
import { LaneStopped } from '../stream/lane.js';
import { retrying } from '../stream/retry.js';
import type { StageContext } from './stage.js';
import { logTensorNotice } from './tensor-notices.js';

/**
 * The opening of a stage's encoder, which may fetch weights: the stage is there meanwhile and says what it waits for. A
 * host that can't be reached is tried again for as long as it takes; whatever else is wrong ends the stage.
 */
export class EncoderOpening {
  /** Rejects with what ends the stage. */
  readonly failed: Promise<never>;
  readonly #stop = new AbortController();
  readonly #opened: Promise<void>;
  #isOpen = false;
  #detail: string | null = 'opens the encoder';

  /** @param open given where to report what it does */
  constructor(
    open: (report: (progress: unknown) => void) => Promise<unknown>,
    { name: stage, metrics, log, backoff }: StageContext,
  ) {
    const { signal } = this.#stop;
    const told = new Set<string>();
    /** An attempt after another says the same, for hours perhaps. */
    const isNew = (line: string) => told.size < told.add(line).size;
    const report = (progress: unknown) => {
      if (logTensorNotice(log, progress)) return;
      this.#detail = String(progress);
      if (isNew(this.#detail)) log.info(this.#detail);
    };
    const opening = retrying(() => open(report), {
      backoff,
      signal,
      onRetry: thrown => {
        const error = toPlantsenseError(thrown);
        metrics.retries.inc({ error_type: error.code, stage });
        this.#detail = error.message;
        if (isNew(error.message))
          log.warn({ code: error.code }, `The encoder can't be opened yet: ${error.message} ${error.action}`);
      },
    });
    this.#opened = opening.then(() => {
      this.#isOpen = true;
      this.#detail = null;
      log.info('The encoder is open.');
    });
    this.failed = new Promise<never>((_, reject) => {
      this.#opened.catch(error => {
        if (!signal.aborted) reject(error);
      });
    });
    this.failed.catch(() => {});
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** For people; null once it is open. */
  get detail(): string | null {
    return this.#detail;
  }

  /**
   * Resolves once it is open. A failure is told by `failed` alone: it is no message's fault.
   * @throws LaneStopped when `signal` aborts before
   */
  until(signal: AbortSignal): Promise<void> {
    const opened = new Promise<void>((resolve, reject) => {
      const stopped = () => reject(new LaneStopped());
      if (signal.aborted) stopped();
      signal.addEventListener('abort', stopped, { once: true });
      this.#opened.then(
        () => {
          signal.removeEventListener('abort', stopped);
          resolve();
        },
        () => {},
      );
    });
    opened.catch(() => {});
    return opened;
  }

  stop(): void {
    this.#stop.abort();
  }
}
