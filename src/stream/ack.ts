import { PlantsenseError } from '../errors.js';

/** Where an acknowledgement ends: an entry of a watermark, or a group of shares. Each method is called at most once. */
export interface AckTarget {
  /** The effect is durable (`failure` null), or can't be made (`failure` says why). */
  settled(failure: Error | null): void;
  /** The value now lives in an operator's state, under that operator's own limit: it no longer uses credit. */
  retained(): void;
}

/**
 * The right, and the duty, to say once that the effect of a value is durable.
 *
 * Nothing acks before its effect is durable. `share` makes one into several (a chunk that gives three records): the
 * whole is done when every share is. `Ack.all` makes several into one (a batch, a window): it settles all of them.
 */
export class Ack {
  readonly #target: AckTarget;
  #settled = false;
  #retained = false;

  constructor(target: AckTarget) {
    this.#target = target;
  }

  /** The effect is durable. */
  done(): void {
    this.#settle(null);
  }

  /** The effect can't be made: the lane stops before this offset and commits nothing from it on. */
  fail(error: Error): void {
    this.#settle(error);
  }

  /** Gives back the credit of a value that an operator keeps in its state. Harmless when repeated. */
  retain(): void {
    if (this.#retained || this.#settled) return;
    this.#retained = true;
    this.#target.retained();
  }

  /** Splits into `count` shares. This ack is used up; zero shares means that there is no effect to wait for. */
  share(count: number): Ack[] {
    if (count === 0) {
      this.done();
      return [];
    }
    this.#use();
    const group = new SharedTarget(this.#target, count, this.#retained);
    return Array.from({ length: count }, () => new Ack(new ShareTarget(group)));
  }

  /** One ack that settles all of `acks`, which are used up. */
  static all(acks: readonly Ack[]): Ack {
    const targets = acks.map(ack => {
      ack.#use();
      return ack.#retained
        ? { settled: (f: Error | null) => ack.#target.settled(f), retained() {} }
        : ack.#target;
    });
    return new Ack({
      settled: failure => {
        for (const target of targets) target.settled(failure);
      },
      retained: () => {
        for (const target of targets) target.retained();
      },
    });
  }

  #settle(failure: Error | null): void {
    this.#use();
    this.#target.settled(failure);
  }

  #use(): void {
    if (this.#settled) throw new PlantsenseError('INTERNAL', 'An acknowledgement was used twice.');
    this.#settled = true;
  }
}

/** Counts the shares of one ack: settled with the last of them, retained once none still uses credit. */
class SharedTarget {
  readonly #target: AckTarget;
  #open: number;
  #usingCredit: number;
  #failure: Error | null = null;
  #retained: boolean;

  constructor(target: AckTarget, count: number, retained: boolean) {
    this.#target = target;
    this.#open = count;
    this.#usingCredit = count;
    this.#retained = retained;
  }

  releaseCredit(): void {
    this.#usingCredit -= 1;
    if (this.#usingCredit > 0 || this.#open === 0 || this.#retained) return;
    this.#retained = true;
    this.#target.retained();
  }

  settleOne(failure: Error | null): void {
    this.#open -= 1;
    this.#failure ??= failure;
    if (this.#open === 0) this.#target.settled(this.#failure);
  }
}

class ShareTarget implements AckTarget {
  readonly #group: SharedTarget;
  #usesCredit = true;

  constructor(group: SharedTarget) {
    this.#group = group;
  }

  settled(failure: Error | null): void {
    this.#group.settleOne(failure);
    this.retained();
  }

  retained(): void {
    if (!this.#usesCredit) return;
    this.#usesCredit = false;
    this.#group.releaseCredit();
  }
}
