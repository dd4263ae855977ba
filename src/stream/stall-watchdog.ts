/** What the watchdog looks at: something assigned, with a lag, and a position that should move. */
export interface Watched {
  readonly topic: string;
  readonly partition: number;
  /** Offset after the last received message: it moves before the commit does. */
  readonly received: number;
  /** Offsets whose effects are durable. */
  readonly position: number;
  readonly lag: number;
}

export interface Stall {
  readonly topic: string;
  readonly partition: number;
  readonly position: number;
  readonly lag: number;
  readonly stalledMs: number;
}

/**
 * Finds partitions that are assigned, have a lag, and do not move: the silent stall that a healthy process can be in
 * after a rebalance. Looks at the position, not only at the commit.
 */
export class StallWatchdog {
  readonly #stallAfterMs: number;
  readonly #now: () => number;
  readonly #last = new Map<string, { position: number; received: number; sinceMs: number }>();

  constructor(stallAfterMs: number, now: () => number) {
    this.#stallAfterMs = stallAfterMs;
    this.#now = now;
  }

  /** Call at an interval with everything that is assigned. Returns what is stalled now. */
  check(watched: Iterable<Watched>): Stall[] {
    const now = this.#now();
    const stalls: Stall[] = [];
    const present = new Set<string>();
    for (const { topic, partition, received, position, lag } of watched) {
      const name = `${topic}/${partition}`;
      present.add(name);
      const last = this.#last.get(name);
      if (!last || lag === 0 || last.position !== position || last.received !== received) {
        this.#last.set(name, { position, received, sinceMs: now });
      } else if (now - last.sinceMs >= this.#stallAfterMs) {
        stalls.push({ topic, partition, position, lag, stalledMs: now - last.sinceMs });
      }
    }
    for (const name of this.#last.keys()) if (!present.has(name)) this.#last.delete(name);
    return stalls;
  }
}
