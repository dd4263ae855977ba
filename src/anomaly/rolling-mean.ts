import { checkInteger } from './checks.js';

/**
 * The ensemble online: the mean of the last n segments' residuals, of n segments that follow each other. A gap empties it.
 *
 * It is summed anew each time, from the oldest to the newest, so that it is a function of the last n residuals alone: no
 * rounding of earlier ones stays in it, a replay of n segments from the log gives the same bits, and at segment n, 2n, ...
 * it equals {@link disjointMeans}.
 */
export class RollingMean {
  readonly n: number;
  readonly #residuals: Float64Array;
  readonly #startsUs: Float64Array;
  /** Where the next segment goes: the oldest one's place when full. */
  #next = 0;
  #size = 0;

  /** @throws PlantsenseError PARAMETER_INVALID */
  constructor(n: number) {
    checkInteger('n', n, 1);
    this.n = n;
    this.#residuals = new Float64Array(n);
    this.#startsUs = new Float64Array(n);
  }

  /**
   * Takes the next segment.
   * @param startUs event time of its start, µs
   * @returns the mean, `null` until there are n
   */
  push(residual: number, startUs = 0): number | null {
    const { n } = this;
    const residuals = this.#residuals;
    residuals[this.#next] = residual;
    this.#startsUs[this.#next] = startUs;
    this.#next = (this.#next + 1) % n;
    if (this.#size < n) this.#size++;
    if (this.#size < n) return null;
    let sum = 0;
    for (let i = this.#next; i < n; i++) sum += residuals[i]!;
    for (let i = 0; i < this.#next; i++) sum += residuals[i]!;
    return sum / n;
  }

  /** Start of the oldest segment in it, µs; `null` when it is empty. */
  get oldestUs(): number | null {
    if (this.#size === 0) return null;
    return this.#startsUs[(this.#next - this.#size + this.n) % this.n]!;
  }

  /** After a gap: what came before no longer counts. */
  empty(): void {
    this.#size = 0;
  }
}
