import { setTimeout as sleep } from 'node:timers/promises';
import { CODE, isRetriable, KafkaCodeError } from '../protocol/error-codes.js';

export interface HeartbeatOptions {
  /** Sends one and gives the coordinator's error code. */
  readonly beat: () => Promise<number>;
  readonly intervalMs: number;
  readonly sessionTimeoutMs: number;
  /** Called when a heartbeat failed in a way that another try may mend. */
  readonly onTrouble: (error: unknown) => void;
}

/**
 * Heartbeats of one generation, on a timer of their own: how long a message takes to process does not matter to them.
 * They go on until `stop`, through a drain as well.
 */
export class Heartbeats {
  readonly #options: HeartbeatOptions;
  readonly #stop = new AbortController();
  readonly #rebalance = new AbortController();
  readonly #lost = new AbortController();
  #lostBecause: unknown = null;
  #session: NodeJS.Timeout | undefined;

  constructor(options: HeartbeatOptions) {
    this.#options = options;
    this.#answered();
    void this.#run();
  }

  /** Aborts when the group wants this member to join again. */
  get rebalance(): AbortSignal {
    return this.#rebalance.signal;
  }

  /** Aborts when the member is none any more. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /** The coordinator's answer that ended the membership; `null` if it was too long a silence. */
  get lostBecause(): unknown {
    return this.#lostBecause;
  }

  stop(): void {
    this.#stop.abort();
    clearTimeout(this.#session);
  }

  /** Starts the session's clock again. When it runs out, the coordinator has given our partitions to others. */
  #answered(): void {
    clearTimeout(this.#session);
    if (this.#stop.signal.aborted) return;
    this.#session = setTimeout(() => this.#lost.abort(), this.#options.sessionTimeoutMs);
  }

  async #run(): Promise<void> {
    const { intervalMs } = this.#options;
    while (!this.#stop.signal.aborted && !this.#lost.signal.aborted) {
      await sleep(intervalMs, undefined, { signal: this.#stop.signal }).catch(() => {});
      if (!this.#stop.signal.aborted) await this.#once();
    }
  }

  async #once(): Promise<void> {
    const { beat, onTrouble } = this.#options;
    try {
      const code = await beat();
      if (code === CODE.NONE || code === CODE.REBALANCE_IN_PROGRESS) this.#answered();
      if (code === CODE.REBALANCE_IN_PROGRESS) this.#rebalance.abort();
      else if (code !== CODE.NONE) throw new KafkaCodeError(code, 'A heartbeat');
    } catch (error) {
      if (this.#stop.signal.aborted) return;
      if (!isRetriable(error)) {
        this.#lostBecause = error;
        return this.#lost.abort();
      }
      onTrouble(error);
    }
  }
}
