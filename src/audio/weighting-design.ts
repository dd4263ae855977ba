/**
 * Frequency weightings A and C of IEC 61672-1:2013, annex E: the analogue curves, and digital filters that follow them.
 *
 * A bilinear design bends the curve near Nyquist (1.6 dB at 6.3 kHz for a rate of 22.05 kHz). Here every pole is placed by
 * the matched-z transform, and the numerator of the low-pass section is fitted to what is left of the analogue curve:
 * linear least squares on |H|², then the spectral factor. Deterministic, and within 0.04 dB of the formula up to 0.35 of
 * the sample rate, for all rates.
 */
import { PlantsenseError } from '../errors.js';
import type { Biquad } from './biquad.js';
import { biquadPowerGain, spectralFactor } from './biquad.js';

export type Weighting = 'A' | 'C' | 'Z';

export const MIN_SAMPLE_RATE_HZ = 8_000;
export const MAX_SAMPLE_RATE_HZ = 192_000;

/** Pole frequencies in Hz, IEC 61672-1 annex E. */
const F1 = 20.598997;
const F2 = 107.65265;
const F3 = 737.86223;
const F4 = 12194.217;

/** Where the weightings are 0 dB. */
const REFERENCE_HZ = 1000;

/** The fit counts fully up to this fraction of the sample rate, and a little beyond so that nothing runs away there. */
const FIT_EDGE = 0.36;
const FIT_WEIGHT_BEYOND = 0.05;
const FIT_POINTS = 128;

/** C = `lowCut`, then `highCut`; A = C, then `midCut`. All gains are in `highCut` and `midCut`: 0 dB at 1 kHz. */
export interface WeightingDesign {
  readonly sampleRateHz: number;
  readonly lowCut: Biquad;
  readonly highCut: Biquad;
  readonly midCut: Biquad;
  /** All real: `lowCut` and `highCut` have one twice, `midCut` has two. */
  readonly poles: { readonly low: number; readonly high: number; readonly mid: readonly [number, number] };
}

const designs = new Map<number, WeightingDesign>();

/**
 * Weighting filters for a rate; made once and kept.
 * @throws PlantsenseError PARAMETER_INVALID when the rate is not a whole number of Hz in 8,000-192,000
 */
export function designWeighting(sampleRateHz: number): WeightingDesign {
  checkSampleRate(sampleRateHz);
  let design = designs.get(sampleRateHz);
  if (design === undefined) {
    design = makeDesign(sampleRateHz);
    designs.set(sampleRateHz, design);
  }
  return design;
}

/** @throws PlantsenseError PARAMETER_INVALID */
export function checkSampleRate(sampleRateHz: number): void {
  if (
    !Number.isInteger(sampleRateHz) ||
    sampleRateHz < MIN_SAMPLE_RATE_HZ ||
    sampleRateHz > MAX_SAMPLE_RATE_HZ
  ) {
    throw new PlantsenseError(
      'PARAMETER_INVALID',
      `Levels need a sample rate that is a whole number of Hz from ${MIN_SAMPLE_RATE_HZ} to ${MAX_SAMPLE_RATE_HZ}, not ${sampleRateHz}.`,
    );
  }
}

/** The standard's weighting at a frequency in Hz, dB; 0 at 1 kHz. */
export function weightingDb(weighting: Weighting, frequencyHz: number): number {
  return 10 * Math.log10(analoguePower(weighting, frequencyHz) / analoguePower(weighting, REFERENCE_HZ));
}

/** What a design gives at a frequency in Hz, dB. */
export function designedWeightingDb(
  design: WeightingDesign,
  weighting: Weighting,
  frequencyHz: number,
): number {
  const gain = (section: Biquad) => biquadPowerGain(section, frequencyHz, design.sampleRateHz);
  if (weighting === 'Z') return 0;
  const c = gain(design.lowCut) * gain(design.highCut);
  return 10 * Math.log10(weighting === 'C' ? c : c * gain(design.midCut));
}

function analoguePower(weighting: Weighting, f: number): number {
  if (weighting === 'Z') return 1;
  const c = highPass(f, F1) ** 2 * lowPass(f) ** 2;
  return weighting === 'C' ? c : c * highPass(f, F2) * highPass(f, F3);
}

const highPass = (f: number, pole: number): number => (f * f) / (f * f + pole * pole);
const lowPass = (f: number): number => (F4 * F4) / (f * f + F4 * F4);

function makeDesign(rate: number): WeightingDesign {
  const pole = (hz: number): number => Math.exp((-2 * Math.PI * hz) / rate);
  const poles = { low: pole(F1), high: pole(F4), mid: [pole(F2), pole(F3)] } as const;
  const lowCut = highPassOf(poles.low, poles.low);
  const rawHighCut = fitHighCut(lowCut, poles.high, rate);
  const rawMidCut = highPassOf(...poles.mid);
  const gainC = biquadPowerGain(lowCut, REFERENCE_HZ, rate) * biquadPowerGain(rawHighCut, REFERENCE_HZ, rate);
  return {
    sampleRateHz: rate,
    lowCut,
    highCut: scaled(rawHighCut, 1 / Math.sqrt(gainC)),
    midCut: scaled(rawMidCut, 1 / Math.sqrt(biquadPowerGain(rawMidCut, REFERENCE_HZ, rate))),
    poles,
  };
}

/** Two real poles, both zeros at DC. */
function highPassOf(p: number, q: number): Biquad {
  return { b0: 1, b1: -2, b2: 1, a1: -(p + q), a2: p * q };
}

/** A double pole `p`; a numerator such that `lowCut · highCut` follows the C curve. */
function fitHighCut(lowCut: Biquad, p: number, rate: number): Biquad {
  const allPole: Biquad = { b0: 1, b1: 0, b2: 0, a1: -2 * p, a2: p * p };
  const normal = new Float64Array(9);
  const right = new Float64Array(3);
  for (let i = 0; i < FIT_POINTS; i++) {
    const ratio = (0.5 * (i + 0.5)) / FIT_POINTS;
    const f = ratio * rate;
    const x = Math.sin(Math.PI * ratio) ** 2;
    const target =
      analoguePower('C', f) / (biquadPowerGain(lowCut, f, rate) * biquadPowerGain(allPole, f, rate));
    // Relative error, so that every frequency counts alike in dB.
    const weight = ratio <= FIT_EDGE ? 1 : FIT_WEIGHT_BEYOND;
    const row = [weight / target, (weight * x) / target, (weight * x * x) / target] as const;
    for (let r = 0; r < 3; r++) {
      right[r] = right[r]! + row[r]! * weight;
      for (let c = 0; c < 3; c++) normal[3 * r + c] = normal[3 * r + c]! + row[r]! * row[c]!;
    }
  }
  const [n0, n1, n2] = solve3(normal, right);
  const numerator = spectralFactor(n0, n1, n2);
  if (numerator === null) {
    throw new PlantsenseError('INTERNAL', `No weighting filter could be fitted for ${rate} Hz.`);
  }
  return { b0: numerator[0], b1: numerator[1], b2: numerator[2], a1: allPole.a1, a2: allPole.a2 };
}

/** Cramer's rule for three unknowns. */
function solve3(m: Float64Array, y: Float64Array): [number, number, number] {
  const determinant = (a: number, b: number, c: number): number => {
    const at = (row: number, column: number, replaced: number): number =>
      column === replaced ? y[row]! : m[3 * row + column]!;
    let sum = 0;
    for (const [i, j, k, sign] of PERMUTATIONS) sum += sign * at(i, 0, a) * at(j, 1, b) * at(k, 2, c);
    return sum;
  };
  const whole = determinant(-1, -1, -1);
  return [determinant(0, -1, -1) / whole, determinant(-1, 1, -1) / whole, determinant(-1, -1, 2) / whole];
}

const PERMUTATIONS = [
  [0, 1, 2, 1],
  [1, 2, 0, 1],
  [2, 0, 1, 1],
  [0, 2, 1, -1],
  [2, 1, 0, -1],
  [1, 0, 2, -1],
] as const;

const scaled = (s: Biquad, gain: number): Biquad => ({
  ...s,
  b0: s.b0 * gain,
  b1: s.b1 * gain,
  b2: s.b2 * gain,
});
