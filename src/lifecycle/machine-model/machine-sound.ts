import { resample } from '../../audio/resample.js';
import { SEGMENT_SAMPLE_RATE_HZ } from '../../audio/segments.js';

/** A recording at the rate that segments are cut from, and what was odd about it. */
export interface MachineSound {
  /** Mono, at 16,300 Hz. */
  readonly samples: Float32Array;
  /** The rate that it was resampled from; null when it had the right one. */
  readonly resampledFromHz: number | null;
  /** Share of its samples at full scale, 0 to 1: a recorder that clips makes noise over all frequencies. */
  readonly clippedShare: number;
}

/** The largest value of 16-bit sound is 0.99997. */
const FULL_SCALE = 0.9999;

/**
 * @param samples mono
 * @throws PlantsenseError PARAMETER_INVALID when the rate can't be resampled
 */
export function machineSound(samples: Float32Array, sampleRateHz: number): MachineSound {
  let clipped = 0;
  for (let i = 0; i < samples.length; i++) if (Math.abs(samples[i]!) >= FULL_SCALE) clipped++;
  const isRight = sampleRateHz === SEGMENT_SAMPLE_RATE_HZ;
  return {
    samples: isRight ? samples : resample(samples, sampleRateHz, SEGMENT_SAMPLE_RATE_HZ),
    resampledFromHz: isRight ? null : sampleRateHz,
    clippedShare: samples.length === 0 ? 0 : clipped / samples.length,
  };
}
