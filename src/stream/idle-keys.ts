/**
 * Finds the keys (sensors) of a partition that fell silent, so that none holds its partition for ever.
 *
 * A key is idle when the others' own event time has moved on by more than `idleUs` since it was last heard: by the
 * second largest of their advances, so that one clock that jumps closes nobody, or by the only one where one other is
 * heard. Each answer depends only on what the log holds since the key's last message, so a replay from there gives
 * the same one.
 */
export class IdleKeys {
  readonly #idleUs: number;
  readonly #keys = new Map<string, Advances>();

  constructor(idleUs: number) {
    this.#idleUs = idleUs;
  }

  /** Takes the event time of a key's newest message; returns the keys that became idle by it, sorted. They are forgotten. */
  heard(key: string, timeUs: number): string[] {
    const idle: string[] = [];
    for (const [other, advances] of this.#keys) {
      if (other !== key && advances.heard(key, timeUs) > this.#idleUs) idle.push(other);
    }
    const own = this.#keys.get(key);
    if (own) own.clear();
    else this.#keys.set(key, new Advances());
    for (const name of idle) this.forget(name);
    // The map's order is that of first messages, which a replay from the middle of the log does not see.
    return idle.sort();
  }

  forget(key: string): void {
    this.#keys.delete(key);
    for (const advances of this.#keys.values()) advances.forget(key);
  }
}

interface Advance {
  readonly firstUs: number;
  us: number;
}

/** How far each of the others has moved on since a key's last message. */
class Advances {
  readonly #byKey = new Map<string, Advance>();
  /** The largest and the second largest, kept up as they grow: this is asked for each key at each message. */
  #first: Advance | null = null;
  #secondUs = 0;

  /** Gives the advance that decides. */
  heard(key: string, timeUs: number): number {
    const advance = this.#byKey.get(key);
    if (advance === undefined) {
      const started = { firstUs: timeUs, us: 0 };
      this.#byKey.set(key, started);
      this.#first ??= started;
    } else if (timeUs - advance.firstUs > advance.us) {
      advance.us = timeUs - advance.firstUs;
      this.#rank(advance);
    }
    return this.#byKey.size === 1 ? this.#first!.us : this.#secondUs;
  }

  forget(key: string): void {
    if (!this.#byKey.delete(key)) return;
    this.#first = null;
    this.#secondUs = 0;
    for (const advance of this.#byKey.values()) this.#rank(advance);
  }

  clear(): void {
    this.#byKey.clear();
    this.#first = null;
    this.#secondUs = 0;
  }

  /** Takes one that is new, or has grown. */
  #rank(advance: Advance): void {
    const first = this.#first;
    if (first === advance) return;
    if (first === null || advance.us > first.us) {
      this.#secondUs = first?.us ?? 0;
      this.#first = advance;
    } else if (advance.us > this.#secondUs) this.#secondUs = advance.us;
  }
}
