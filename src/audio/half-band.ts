/**
 * Decimation by 2 with a half-band filter of two all-pass branches: `H(z) = ½ [A₀(z²) + z⁻¹ A₁(z²)]`, elliptic.
 *
 * The branch coefficients come in closed form from the elliptic nome (R. A. Valenzuela and A. G. Constantinides,
 * "Digital signal processing schemes for efficient interpolation and decimation", IEE Proc. G 130 (6), 1983).
 */
import { flushTiny } from './weighting.js';

/** Passes up to 0.2 of the incoming rate and stops from 0.3. */
const TRANSITION = 0.1;
const SECTIONS = 5;

/** All-pass coefficients in ascending order; even ones belong to A₀, odd ones to A₁. */
export const HALF_BAND_COEFFICIENTS: Float64Array = design(SECTIONS, TRANSITION);

function design(sections: number, transition: number): Float64Array {
  const k = Math.tan(((1 - 2 * transition) * Math.PI) / 4) ** 2;
  const root = Math.sqrt(Math.sqrt(1 - k * k));
  const e = (0.5 * (1 - root)) / (1 + root);
  const nome = e * (1 + e ** 4 * (2 + e ** 4 * (15 + 150 * e ** 4)));
  const order = 2 * sections + 1;
  return Float64Array.from({ length: sections }, (_, i) => {
    const angle = ((i + 1) * Math.PI) / order;
    let numerator = 0;
    let denominator = 0.5;
    for (let j = 0; j < 8; j++) {
      const sign = j % 2 === 0 ? 1 : -1;
      numerator += sign * nome ** (j * (j + 1)) * Math.sin((2 * j + 1) * angle);
      if (j > 0) denominator += sign * nome ** (j * j) * Math.cos(2 * j * angle);
    }
    const w = (nome ** 0.25 * numerator) / denominator;
    const square = w * w;
    const r = Math.sqrt((1 - square * k) * (1 - square / k)) / (1 + square);
    return (1 - r) / (1 + r);
  });
}

/** |H| at a frequency given as a fraction of the incoming rate. */
export function halfBandGain(ratio: number): number {
  // On the unit circle an all-pass only turns the phase: half the sum of two unit vectors.
  let phase = -2 * Math.PI * ratio;
  HALF_BAND_COEFFICIENTS.forEach((a, i) => {
    const w = 4 * Math.PI * ratio;
    const turn = -2 * Math.atan2((1 - a) * Math.sin(w / 2), (1 + a) * Math.cos(w / 2));
    phase += i % 2 === 0 ? -turn : turn;
  });
  return Math.abs(Math.cos(phase / 2));
}

export class HalfBandDecimator {
  /** For each section its last input and last output. */
  private readonly state = new Float64Array(2 * SECTIONS);
  /** A sample that waits for its partner. */
  private waiting = 0;
  private odd = false;

  start(): void {
    this.state.fill(0);
    this.odd = false;
  }

  /** Takes `input[0, count)`, writes half as many (rounded by what waited) to `output`; returns how many. */
  process(input: Float64Array, count: number, output: Float64Array): number {
    let written = 0;
    let i = 0;
    if (this.odd && count > 0) {
      output[written++] = this.pair(this.waiting, input[0]!);
      i = 1;
    }
    for (; i + 1 < count; i += 2) output[written++] = this.pair(input[i]!, input[i + 1]!);
    this.odd = i < count;
    if (this.odd) this.waiting = input[i]!;
    return written;
  }

  flush(): void {
    flushTiny(this.state);
  }

  private pair(older: number, newer: number): number {
    const a = HALF_BAND_COEFFICIENTS;
    const s = this.state;
    let even = newer;
    let odd = older;
    for (let i = 0; i < SECTIONS; i += 2) {
      const y = a[i]! * (even - s[2 * i + 1]!) + s[2 * i]!;
      s[2 * i] = even;
      s[2 * i + 1] = y;
      even = y;
    }
    for (let i = 1; i < SECTIONS; i += 2) {
      const y = a[i]! * (odd - s[2 * i + 1]!) + s[2 * i]!;
      s[2 * i] = odd;
      s[2 * i + 1] = y;
      odd = y;
    }
    return 0.5 * (even + odd);
  }
}
