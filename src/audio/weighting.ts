/** A and C weighting of a running signal, both in one pass: C's filter is the front half of A's. */
import type { WeightingDesign } from './weighting-design.js';
import { designWeighting } from './weighting-design.js';

/** States smaller than this are set to zero at `flush`: denormal numbers are a hundred times slower. */
const TINY = 1e-30;

export class AcWeighting {
  private readonly design: WeightingDesign;
  /** Two values a section, in order lowCut, highCut, midCut (transposed direct form II). */
  private readonly state = new Float64Array(6);

  /** @throws PlantsenseError PARAMETER_INVALID when the rate is outside 8-192 kHz */
  constructor(sampleRateHz: number) {
    this.design = designWeighting(sampleRateHz);
  }

  /**
   * Starts afresh, as if the signal had stood at `firstValue` for ever: a constant offset of the recorder then makes no
   * click.
   */
  start(firstValue: number): void {
    this.state.fill(0);
    this.state[0] = -firstValue;
    this.state[1] = firstValue;
  }

  /** Filters `samples[from, to)` into `a[0…]` and `c[0…]`. */
  process(samples: Float32Array, from: number, to: number, a: Float64Array, c: Float64Array): void {
    const { lowCut, highCut, midCut } = this.design;
    const { a1: la1, a2: la2 } = lowCut;
    const { b0: hb0, b1: hb1, b2: hb2, a1: ha1, a2: ha2 } = highCut;
    const { b0: gain, a1: ma1, a2: ma2 } = midCut;
    const s = this.state;
    let l1 = s[0]!;
    let l2 = s[1]!;
    let h1 = s[2]!;
    let h2 = s[3]!;
    let m1 = s[4]!;
    let m2 = s[5]!;
    for (let i = from, o = 0; i < to; i++, o++) {
      const x = samples[i]!;
      // lowCut and midCut have the numerator g(1 − 2z⁻¹ + z⁻²), g = 1 in lowCut.
      const low = x + l1;
      l1 = l2 - 2 * x - la1 * low;
      l2 = x - la2 * low;
      const high = hb0 * low + h1;
      h1 = hb1 * low - ha1 * high + h2;
      h2 = hb2 * low - ha2 * high;
      c[o] = high;
      const scaled = gain * high;
      const mid = scaled + m1;
      m1 = m2 - 2 * scaled - ma1 * mid;
      m2 = scaled - ma2 * mid;
      a[o] = mid;
    }
    s[0] = l1;
    s[1] = l2;
    s[2] = h1;
    s[3] = h2;
    s[4] = m1;
    s[5] = m2;
  }

  /** Ends the slow tail into digital silence. Call at places that do not depend on how the signal was cut. */
  flush(): void {
    flushTiny(this.state);
  }
}

export function flushTiny(state: Float64Array): void {
  for (let i = 0; i < state.length; i++) if (Math.abs(state[i]!) < TINY) state[i] = 0;
}
