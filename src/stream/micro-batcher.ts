import { PlantsenseError } from '../errors.js';

export interface MicroBatcherOptions {
  readonly maxItems: number;
  /** How long the first item of a batch waits for company. */
  readonly lingerMs: number;
  /** Injected for tests. */
  readonly schedule?: (work: () => void, ms: number) => () => void;
}

/**
 * Gathers items from many lanes into batches for one expensive call (inference), and gives each caller its own result.
 * Batches run one after another: what arrives during a call joins the next one.
 */
export class MicroBatcher<T, U> {
  readonly #work: (items: readonly T[]) => Promise<readonly U[]>;
  readonly #options: Required<MicroBatcherOptions>;
  #waiting: Waiting<T, U>[] = [];
  #busy = false;
  #cancelTimer: (() => void) | null = null;

  constructor(work: (items: readonly T[]) => Promise<readonly U[]>, options: MicroBatcherOptions) {
    this.#work = work;
    this.#options = { schedule: scheduleTimeout, ...options };
  }

  /** The result for `item`. Rejects with the error of the batch that it was in. */
  run(item: T): Promise<U> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      if (this.#busy) return;
      if (this.#waiting.length >= this.#options.maxItems) void this.#drain();
      else this.#cancelTimer ??= this.#options.schedule(() => void this.#drain(), this.#options.lingerMs);
    });
  }

  async #drain(): Promise<void> {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    this.#busy = true;
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, this.#options.maxItems);
      try {
        const results = await this.#work(batch.map(({ item }) => item));
        if (results.length !== batch.length) {
          throw new PlantsenseError('INTERNAL', `A batch of ${batch.length} gave ${results.length} results.`);
        }
        batch.forEach(({ resolve }, i) => {
          resolve(results[i]!);
        });
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    this.#busy = false;
  }
}

interface Waiting<T, U> {
  readonly item: T;
  readonly resolve: (result: U) => void;
  readonly reject: (error: unknown) => void;
}

function scheduleTimeout(work: () => void, ms: number): () => void {
  const timer = setTimeout(work, ms);
  return () => clearTimeout(timer);
}
