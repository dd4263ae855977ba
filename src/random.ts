import { PlantsenseError } from './errors.js';

/**
 * A seeded pseudo-random number generator, xoshiro128** (Blackman & Vigna, "Scrambled linear pseudorandom number
 * generators", 2021): the same seed gives the same numbers on every machine. Not for secrets.
 *
 * @example
 * const random = new Random(42);
 * random.next(); // [0, 1)
 * random.int(6); // 0 .. 5
 */
export class Random {
  readonly #state = new Uint32Array(4);
  /** Marsaglia's polar method makes two normals at a time; the second waits here. */
  #spareNormal = Number.NaN;

  /** @param seed any integer; it is spread over the state, so that near seeds give unrelated sequences */
  constructor(seed: number) {
    if (!Number.isSafeInteger(seed))
      throw new PlantsenseError('PARAMETER_INVALID', `The seed must be an integer, not ${seed}.`);
    let low = seed >>> 0;
    const high = Math.floor(seed / 2 ** 32) >>> 0;
    for (let i = 0; i < 4; i++) {
      low = (low + 0x9e3779b9) >>> 0;
      this.#state[i] = mix(low ^ mix(high + i));
    }
    // The one state that xoshiro can't leave.
    if (this.#state.every(word => word === 0)) this.#state[0] = 1;
  }

  /** The next 32 random bits, as an unsigned integer. */
  uint32(): number {
    const s = this.#state;
    const s0 = s[0]!;
    const s1 = s[1]!;
    const s2 = s[2]! ^ s0;
    const s3 = s[3]! ^ s1;
    const result = Math.imul(rotateLeft(Math.imul(s1, 5), 7), 9) >>> 0;
    s[0] = s0 ^ s3;
    s[1] = s1 ^ s2;
    s[2] = s2 ^ (s1 << 9);
    s[3] = rotateLeft(s3, 11);
    return result;
  }

  /** Uniform in [0, 1), with 53 random bits. */
  next(): number {
    const high = this.uint32() >>> 5;
    const low = this.uint32() >>> 6;
    return (high * 2 ** 26 + low) / 2 ** 53;
  }

  /**
   * Uniform among the integers 0 .. n - 1.
   * @throws PlantsenseError PARAMETER_INVALID when `n` is not an integer in 1 .. 2^32
   */
  int(n: number): number {
    if (!Number.isInteger(n) || n < 1 || n > 2 ** 32)
      throw new PlantsenseError(
        'PARAMETER_INVALID',
        `A random integer needs a bound in 1 .. 2^32, not ${n}.`,
      );
    // Values above the largest multiple of n would favour small results: draw again.
    const limit = 2 ** 32 - (2 ** 32 % n);
    let value = this.uint32();
    while (value >= limit) value = this.uint32();
    return value % n;
  }

  /** Normal with mean 0 and variance 1 (Marsaglia's polar method). */
  normal(): number {
    if (!Number.isNaN(this.#spareNormal)) {
      const spare = this.#spareNormal;
      this.#spareNormal = Number.NaN;
      return spare;
    }
    for (;;) {
      const u = 2 * this.next() - 1;
      const v = 2 * this.next() - 1;
      const square = u * u + v * v;
      if (square > 0 && square < 1) {
        const factor = Math.sqrt((-2 * Math.log(square)) / square);
        this.#spareNormal = v * factor;
        return u * factor;
      }
    }
  }

  /** Puts the items in random order, in place (Fisher-Yates), and returns them. */
  shuffle<T extends { [index: number]: unknown; readonly length: number }>(items: T): T {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.int(i + 1);
      const item = items[i];
      items[i] = items[j];
      items[j] = item;
    }
    return items;
  }
}

function rotateLeft(x: number, bits: number): number {
  return (x << bits) | (x >>> (32 - bits));
}

/** The finalizer of MurmurHash3: every input bit reaches every output bit. */
function mix(value: number): number {
  let x = value | 0;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
}
