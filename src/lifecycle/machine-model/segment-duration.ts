import { SEGMENT_SAMPLE_RATE_HZ, type SegmentOptions } from '../../audio/segments.js';

/** How long a segment lasts, and how soon the next one begins. */
export interface SegmentDuration {
  readonly samples: number;
  readonly secs: number;
  readonly stepSecs: number;
  /** Both with their numbers, for people. */
  readonly equation: string;
}

/**
 * Equation 3 of the residual-error paper: (window + (width - 1) · (window - overlap)) / rate.
 *
 * The paper gives 1.5 s for its segments. With 512 samples of overlap the equation comes to 3.05 s, with a hop of 512 to
 * 1.10 s; so a model says what its own segments last.
 */
export function segmentDuration(
  { nFft, overlap, width, step }: SegmentOptions,
  sampleRateHz: number = SEGMENT_SAMPLE_RATE_HZ,
): SegmentDuration {
  const hop = nFft - overlap;
  const samples = nFft + (width - 1) * hop;
  const secs = samples / sampleRateHz;
  const stepSecs = (step * hop) / sampleRateHz;
  const equation =
    `(${nFft} + (${width} - 1) · (${nFft} - ${overlap})) / ${sampleRateHz} Hz = ${secs.toFixed(3)} s, ` +
    `one every ${step} · ${hop} / ${sampleRateHz} Hz = ${stepSecs.toFixed(3)} s`;
  return { samples, secs, stepSecs, equation };
}
