import { frontException } from './exception.js';

/** A bounded number of things to share, made when first needed, and a bounded queue of those who wait for one. */
export class Lane<T> {
  readonly #size: number;
  readonly #queueLimit: number;
  readonly #make: () => T;
  readonly #free: T[] = [];
  readonly #waiting: ((thing: T) => void)[] = [];
  readonly #idleWaiters: (() => void)[] = [];
  #made = 0;

  constructor(size: number, queueLimit: number, make: () => T) {
    this.#size = size;
    this.#queueLimit = queueLimit;
    this.#make = make;
  }

  /** @throws EngineException TOO_MANY_SIMULTANEOUS_QUERIES when the queue is full */
  async take(): Promise<T> {
    const free = this.#free.pop();
    if (free !== undefined) return free;
    if (this.#made < this.#size) {
      this.#made += 1;
      return this.#make();
    }
    if (this.#waiting.length >= this.#queueLimit)
      throw frontException('TOO_MANY_SIMULTANEOUS_QUERIES', `${this.#queueLimit} statements wait already.`);
    return new Promise(resolve => this.#waiting.push(resolve));
  }

  give(thing: T): void {
    const next = this.#waiting.shift();
    if (next) next(thing);
    else this.#free.push(thing);
    if (this.#isIdle()) for (const resolve of this.#idleWaiters.splice(0)) resolve();
  }

  /** Resolves when nothing is taken. */
  async idle(): Promise<void> {
    if (this.#isIdle()) return;
    await new Promise<void>(resolve => this.#idleWaiters.push(resolve));
  }

  #isIdle(): boolean {
    return this.#free.length === this.#made;
  }
}
