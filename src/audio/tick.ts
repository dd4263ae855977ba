/**
 * A tick: 10 ms of sound and its figures. Everything above samples (seconds, events, the trigger) is made of ticks, so
 * it does not matter where a recording was cut into chunks.
 */

export const TICK_US = 10_000;
export const TICKS_PER_SECOND = 100;

/** Index of each figure in a tick's record. Powers are mean squares or their sums, full scale = 1. */
export const TICK = {
  /** Index of the first sample in the stream. */
  firstSample: 0,
  /** Time of the stream's sample 0 by the clock of the tick's cell, µs since the epoch. */
  zeroUs: 1,
  sampleCount: 2,
  /** Sums of squares, A-weighted and unweighted. */
  sumA: 3,
  sumZ: 4,
  /** A-weighted Fast mean square: the largest in the tick, and the one at its end. */
  fastMax: 5,
  fastEnd: 6,
  /** Largest |value|, C-weighted and unweighted. */
  peakC: 7,
  peak: 8,
  /** Samples at full scale. */
  clipped: 9,
  /** What the trigger watches: the largest time-weighted mean square in the tick. */
  trigger: 10,
} as const;

export const TICK_FIELDS = 11;

/** A Float64Array of `TICK_FIELDS`, by the indices of `TICK`. */
export type TickRecord = Float64Array;
