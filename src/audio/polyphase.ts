import { PlantsenseError } from '../errors.js';

/** The low-pass filter of a resampler as rows of taps, one for each phase between two input samples. */
export interface PolyphaseFilter {
  /** Output samples per `down` input samples, without a common factor. */
  readonly up: number;
  readonly down: number;
  /** Taps of a row: a multiple of 16. The middle lies between taps `taps / 2 - 1` and `taps / 2`. */
  readonly taps: number;
  /** Evenly spaced phases stored. Fewer than `up` when a row each would be too many: then one lies between two rows. */
  readonly rows: number;
  /** Shape [rows, taps], or [rows + 1, taps] when outputs lie between rows. */
  readonly bank: Float32Array;
}

/** Leakage and aliasing lie this far below the signal. */
const ATTENUATION_DB = 120;
/** The part of the band, up to half of the lower sampling rate, that passes unchanged: as in SoX's high quality. */
const PASSBAND = 0.913;
/** Larger banks are interpolated: between 1,024 rows that errs by less than -115 dB. */
const MAX_BANK = 2 ** 20;
const INTERPOLATED_ROWS = 1024;
const MAX_RATIO = 64;

/**
 * Designs the filter for a ratio of sampling rates: a sinc windowed by Kaiser's window (Oppenheim & Schafer,
 * Discrete-Time Signal Processing, 7.5.3), with linear phase.
 *
 * @throws PlantsenseError PARAMETER_INVALID when a rate isn't above 0, or one is more than 64 times the other
 */
export function polyphaseFilter(fromHz: number, toHz: number): PolyphaseFilter {
  const { up, down } = reduce(fromHz, toHz);
  // The band's edge and the filter's middle, as a part of half the input rate.
  const edge = Math.min(1, up / down);
  const cutoff = (edge * (1 + PASSBAND)) / 2;
  const transition = Math.PI * edge * (1 - PASSBAND);
  const wanted = (ATTENUATION_DB - 7.95) / (2.285 * transition);
  const taps = 16 * Math.ceil(wanted / 16);
  const beta = 0.1102 * (ATTENUATION_DB - 8.7);

  const interpolated = up * taps > MAX_BANK;
  const rows = interpolated ? INTERPOLATED_ROWS : up;
  const stored = interpolated ? rows + 1 : rows;
  const bank = new Float32Array(stored * taps);
  const row = new Float64Array(taps);
  const half = taps / 2;
  for (let phase = 0; phase < stored; phase++) {
    let sum = 0;
    for (let tap = 0; tap < taps; tap++) {
      const t = tap - (half - 1) - phase / rows;
      row[tap] = sinc(cutoff * t) * besselI0(beta * Math.sqrt(Math.max(0, 1 - (t / half) ** 2)));
      sum += row[tap]!;
    }
    // Each phase passes 0 Hz with exactly 1.
    for (let tap = 0; tap < taps; tap++) bank[phase * taps + tap] = row[tap]! / sum;
  }
  return { up, down, taps, rows, bank };
}

/** The rates' ratio in lowest terms, rates taken to the millihertz. */
function reduce(fromHz: number, toHz: number): { up: number; down: number } {
  for (const hz of [fromHz, toHz])
    if (!(hz >= 1 && hz <= 1e6))
      throw new PlantsenseError('PARAMETER_INVALID', `A sample rate must be 1 to 1,000,000 Hz, not ${hz}.`);
  if (Math.max(fromHz / toHz, toHz / fromHz) > MAX_RATIO)
    throw new PlantsenseError(
      'PARAMETER_INVALID',
      `${fromHz} Hz can't be resampled to ${toHz} Hz: the ratio is above ${MAX_RATIO}.`,
    );
  const scale = Number.isInteger(fromHz) && Number.isInteger(toHz) ? 1 : 1000;
  const from = Math.round(fromHz * scale);
  const to = Math.round(toHz * scale);
  const divisor = greatestCommonDivisor(from, to);
  return { up: to / divisor, down: from / divisor };
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

/** The modified Bessel function of the first kind and order 0, by its power series. */
function besselI0(x: number): number {
  let sum = 1;
  let term = 1;
  for (let k = 1; term > sum * 1e-17; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}
