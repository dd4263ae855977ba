import type { AssignedPartition, Broker } from '../../src/broker/port.js';
import { PlantsenseError } from '../../src/errors.js';

/** A broker that can be away: each call of it, and of what came of it, is refused meanwhile. */
export class Outage {
  #isAway = false;
  /** Calls that were refused, by name. */
  readonly refused = new Map<string, number>();

  begin(): void {
    this.#isAway = true;
    this.refused.clear();
  }

  end(): void {
    this.#isAway = false;
  }

  /** The same broker, as long as it is there. */
  over(broker: Broker): Broker {
    return this.#guard(broker, {
      admin: this.#guard(broker.admin),
      producer: async () => this.#guard(await broker.producer()),
      reader: async (at, from) => {
        this.#check('reader');
        return this.#guard(await broker.reader(at, from));
      },
      join: (options, listener) => {
        const guarded = new Map<AssignedPartition, AssignedPartition>();
        const each = (partition: AssignedPartition) => {
          if (!guarded.has(partition)) guarded.set(partition, this.#guard(partition));
          return guarded.get(partition)!;
        };
        return broker.join(options, {
          assigned: partitions => listener.assigned(partitions.map(each)),
          revoked: (partitions, deadline) => listener.revoked(partitions.map(each), deadline),
          lost: partitions => listener.lost(partitions.map(each)),
          failed: error => listener.failed(error),
        });
      },
    });
  }

  #check(name: string): void {
    if (!this.#isAway) return;
    this.refused.set(name, (this.refused.get(name) ?? 0) + 1);
    throw new PlantsenseError('BROKER_UNAVAILABLE', 'The broker is away.');
  }

  /** An object whose methods are refused during the outage, all but `replaced`, `seek` and `close`. */
  #guard<T extends object>(object: T, replaced: Partial<T> = {}): T {
    return new Proxy(object, {
      get: (target, name) => {
        if (name in replaced) return replaced[name as keyof T];
        const value = Reflect.get(target, name, target);
        if (typeof value !== 'function') return value;
        if (name === 'close' || name === 'seek') return value.bind(target);
        return async (...args: unknown[]) => {
          this.#check(String(name));
          return value.apply(target, args);
        };
      },
    });
  }
}
