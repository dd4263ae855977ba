/** Second-order sections: the building block of every recursive filter in this room. */

/** `H(z) = (b0 + b1 z⁻¹ + b2 z⁻²) / (1 + a1 z⁻¹ + a2 z⁻²)`. */
export interface Biquad {
  readonly b0: number;
  readonly b1: number;
  readonly b2: number;
  readonly a1: number;
  readonly a2: number;
}

/**
 * |H|² of a section at `frequencyHz`. Written in sin²(ω/2), which keeps its digits where the usual cosine form loses
 * them: far below the sample rate, where a high-pass is nearly zero.
 */
export function biquadPowerGain(section: Biquad, frequencyHz: number, sampleRateHz: number): number {
  const x = Math.sin((Math.PI * frequencyHz) / sampleRateHz) ** 2;
  return (
    polynomialPower(section.b0, section.b1, section.b2, x) / polynomialPower(1, section.a1, section.a2, x)
  );
}

function polynomialPower(c0: number, c1: number, c2: number, x: number): number {
  const sum = c0 + c1 + c2;
  return sum * sum - 4 * x * (c0 * c1 + c1 * c2 + 4 * c0 * c2) + 16 * c0 * c2 * x * x;
}

/**
 * The minimum-phase polynomial `c0 + c1 z⁻¹ + c2 z⁻²` whose |·|² is `n0 + n1 x + n2 x²` with x = sin²(ω/2), or `null`
 * when that is not positive for every frequency. Closed form: its value at z = 1, at z = −1 and the product c0·c2 are
 * all known.
 */
export function spectralFactor(n0: number, n1: number, n2: number): [number, number, number] | null {
  const atNyquist = n0 + n1 + n2;
  if (!(n0 > 0) || !(atNyquist > 0)) return null;
  const s0 = Math.sqrt(n0);
  const s1 = Math.sqrt(atNyquist);
  if (!(n2 < (s0 + s1) ** 2)) return null;
  const evenSum = (s0 + s1) / 2;
  const c0 = (evenSum + Math.sqrt(evenSum * evenSum - n2 / 4)) / 2;
  return [c0, (s0 - s1) / 2, n2 / (16 * c0)];
}
