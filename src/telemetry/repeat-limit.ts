import type { Log } from './log.js';

export interface RepeatLimitOptions {
  /** A repeated message is written at most once in this time. Default 60,000. */
  readonly everyMs?: number;
  readonly nowMs?: () => number;
  /** Keys that are remembered; beyond it the oldest is forgotten, so that memory stays bounded. Default 1,000. */
  readonly maxKeys?: number;
}

interface Seen {
  readonly writtenMs: number;
  suppressed: number;
}

/**
 * Keeps a warning that comes with every message from filling the disk: the first is written, those that follow with
 * the same key are counted, and the next one that is written says how many there were (`repeated`).
 */
export class RepeatLimit {
  readonly #log: Log;
  readonly #everyMs: number;
  readonly #nowMs: () => number;
  readonly #maxKeys: number;
  readonly #seen = new Map<string, Seen>();

  constructor(log: Log, options: RepeatLimitOptions = {}) {
    this.#log = log;
    this.#everyMs = options.everyMs ?? 60_000;
    this.#nowMs = options.nowMs ?? Date.now;
    this.#maxKeys = options.maxKeys ?? 1000;
  }

  /** @param key what makes two messages the same, such as `DISK_FULL audio.raw` */
  warn(key: string, fields: Readonly<Record<string, unknown>>, message: string): void {
    this.#write('warn', key, fields, message);
  }

  error(key: string, fields: Readonly<Record<string, unknown>>, message: string): void {
    this.#write('error', key, fields, message);
  }

  #write(
    level: 'warn' | 'error',
    key: string,
    fields: Readonly<Record<string, unknown>>,
    message: string,
  ): void {
    const now = this.#nowMs();
    const seen = this.#seen.get(key);
    if (seen && now - seen.writtenMs < this.#everyMs) {
      seen.suppressed += 1;
      return;
    }
    // Re-inserted so that the map's order is by last writing.
    this.#seen.delete(key);
    this.#seen.set(key, { writtenMs: now, suppressed: 0 });
    if (this.#seen.size > this.#maxKeys) this.#forgetOldest();
    this.#log[level](seen?.suppressed ? { ...fields, repeated: seen.suppressed } : fields, message);
  }

  #forgetOldest(): void {
    for (const key of this.#seen.keys()) {
      this.#seen.delete(key);
      return;
    }
  }
}
