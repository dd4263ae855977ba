import type { TopicSnapshot } from './membership.js';

/** Looks from time to time whether topics have grown, gone or been made anew: `changed` aborts then. */
export class TopicWatch {
  readonly #topics: TopicSnapshot;
  readonly #look: () => Promise<TopicSnapshot>;
  readonly #changed = new AbortController();
  readonly #timer: NodeJS.Timeout;

  /** @param look takes a fresh snapshot; when it fails the next look tells */
  constructor(topics: TopicSnapshot, look: () => Promise<TopicSnapshot>, intervalMs: number) {
    this.#topics = topics;
    this.#look = look;
    this.#timer = setInterval(() => this.lookNow(), intervalMs);
  }

  get changed(): AbortSignal {
    return this.#changed.signal;
  }

  lookNow(): void {
    this.#look().then(
      now => {
        const isSame = [...this.#topics].every(([name, { topicId, partitions }]) => {
          const found = now.get(name);
          return found?.topicId === topicId && found.partitions === partitions;
        });
        if (!isSame) this.#changed.abort();
      },
      () => {},
    );
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
