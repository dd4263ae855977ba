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
  /** For each key, what was heard of each other key since its own last message. */
  readonly #keys = new Map<string, Map<string, Advance>>();

  constructor(idleUs: number) {
    this.#idleUs = idleUs;
  }

  /** Takes the event time of a key's newest message; returns the keys that became idle by it, sorted. They are forgotten. */
  heard(key: string, timeUs: number): string[] {
    const idle: string[] = [];
    for (const [other, advances] of this.#keys) {
      if (other === key) continue;
      const advance = advances.get(key);
      if (advance) advance.latestUs = Math.max(advance.latestUs, timeUs);
      else advances.set(key, { firstUs: timeUs, latestUs: timeUs });
      if (this.#advanceOf(advances) > this.#idleUs) idle.push(other);
    }
    const own = this.#keys.get(key);
    if (own) own.clear();
    else this.#keys.set(key, new Map());
    for (const name of idle) this.forget(name);
    // The map's order is that of first messages, which a replay from the middle of the log does not see.
    return idle.sort();
  }

  forget(key: string): void {
    this.#keys.delete(key);
    for (const advances of this.#keys.values()) advances.delete(key);
  }

  #advanceOf(advances: ReadonlyMap<string, Advance>): number {
    let first = 0;
    let second = 0;
    for (const { firstUs, latestUs } of advances.values()) {
      const advance = latestUs - firstUs;
      if (advance > first) {
        second = first;
        first = advance;
      } else if (advance > second) second = advance;
    }
    return advances.size === 1 ? first : second;
  }
}

interface Advance {
  readonly firstUs: number;
  latestUs: number;
}
