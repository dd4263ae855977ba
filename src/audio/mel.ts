import { PlantsenseError } from '../errors.js';

// Slaney's Auditory Toolbox (1998): linear below 1 kHz, logarithmic above, where 27 steps make a factor of 6.4.
const HZ_PER_MEL = 200 / 3;
const KNEE_HZ = 1000;
const KNEE_MEL = KNEE_HZ / HZ_PER_MEL;
const LOG_STEP = Math.log(6.4) / 27;

export function hzToMel(hz: number): number {
  return hz < KNEE_HZ ? hz / HZ_PER_MEL : KNEE_MEL + Math.log(hz / KNEE_HZ) / LOG_STEP;
}

export function melToHz(mel: number): number {
  return mel < KNEE_MEL ? mel * HZ_PER_MEL : KNEE_HZ * Math.exp(LOG_STEP * (mel - KNEE_MEL));
}

export interface MelOptions {
  readonly sampleRateHz: number;
  readonly nFft: number;
  /** Bands. Default 128. */
  readonly nMels?: number;
  /** The lowest band's lower edge. Default 0. */
  readonly fminHz?: number;
  /** The highest band's upper edge. Default half the sampling rate. */
  readonly fmaxHz?: number;
}

/** A band's weights, from the first bin that has one on. */
export interface MelBand {
  readonly firstBin: number;
  readonly weights: Float32Array;
}

/**
 * Triangular filters that are evenly spaced in mel and have unit area ("slaney" norm): `librosa.filters.mel`, without its
 * zeros. A band that is narrower than a bin may have no weights; its value is then 0.
 *
 * @throws PlantsenseError PARAMETER_INVALID
 */
export function melFilterbank(options: MelOptions): MelBand[] {
  const { sampleRateHz, nFft, nMels = 128, fminHz = 0, fmaxHz = options.sampleRateHz / 2 } = options;
  if (!(sampleRateHz > 0))
    throw new PlantsenseError(
      'PARAMETER_INVALID',
      `The sample rate must be above 0, not ${sampleRateHz} Hz.`,
    );
  if (!Number.isInteger(nMels) || nMels < 1)
    throw new PlantsenseError('PARAMETER_INVALID', `There must be 1 or more mel bands, not ${nMels}.`);
  if (!(fminHz >= 0 && fminHz < fmaxHz && fmaxHz <= sampleRateHz / 2))
    throw new PlantsenseError(
      'PARAMETER_INVALID',
      `The mel bands must lie between 0 and ${sampleRateHz / 2} Hz, not ${fminHz} to ${fmaxHz} Hz.`,
    );

  const edges = melEdgesHz(nMels, fminHz, fmaxHz);
  return Array.from({ length: nMels }, (_, band) => {
    const low = edges[band]!;
    const peak = edges[band + 1]!;
    const high = edges[band + 2]!;
    const area = (high - low) / 2;
    const weights: number[] = [];
    let firstBin = 0;
    for (let bin = Math.floor((low * nFft) / sampleRateHz); bin <= nFft / 2; bin++) {
      const hz = (bin * sampleRateHz) / nFft;
      const weight = Math.min((hz - low) / (peak - low), (high - hz) / (high - peak)) / area;
      if (weight > 0) {
        if (weights.length === 0) firstBin = bin;
        weights.push(weight);
      } else if (hz >= high) break;
    }
    return { firstBin, weights: Float32Array.from(weights) };
  });
}

/** The `nMels + 2` edges and peaks of the bands. */
export function melEdgesHz(nMels: number, fminHz: number, fmaxHz: number): Float64Array {
  const low = hzToMel(fminHz);
  const step = (hzToMel(fmaxHz) - low) / (nMels + 1);
  return Float64Array.from({ length: nMels + 2 }, (_, i) => melToHz(low + i * step));
}
