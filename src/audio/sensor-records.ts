/** What goes into a sensor's stream and what comes out of it. Times are µs since the epoch. */
import type { SoundLevels } from './level.js';

/** A stretch of sound of one microphone. */
export interface SoundChunk {
  /** New at each start of a recorder. */
  readonly streamId: string;
  /** Index of the first sample since the recorder started, which counts from 0. */
  readonly firstSample: number;
  readonly startTimeUs: number;
  /** Whole number, 8,000-192,000. */
  readonly sampleRateHz: number;
  /** dB SPL of a full-scale sine's RMS; `null`: not calibrated, levels are dBFS. */
  readonly calibrationDbSpl: number | null;
  /** Mono, full scale ±1. */
  readonly samples: Float32Array;
  /** Whoever sets it vouches that there is no NaN or infinity, as `decodePcm` does: the samples are not looked through. */
  readonly finite?: true;
  readonly endOfStream: boolean;
}

/** Levels of a UTC second, or of the part of it that was recorded. */
export interface LevelRow extends SoundLevels {
  readonly streamId: string;
  readonly sampleRateHz: number;
  readonly startTimeUs: number;
  readonly endTimeUs: number;
  readonly firstSample: number;
  readonly sampleCount: number;
  /** Levels are dB SPL; otherwise dBFS (0 dB: the RMS of a full-scale sine). */
  readonly calibrated: boolean;
  /** Every sample is exactly zero: no levels. */
  readonly silent: boolean;
  /** Samples at full scale. */
  readonly clippedSamples: number;
  /** Level of each of `thirdOctaveBands(sampleRateHz)`, unweighted; `null` when bands are not wanted. */
  readonly bandsDb: readonly (number | null)[] | null;
}

/**
 * Why an event ended. `release`: the sound fell below the release level. `max_duration`, `checkpoint`: cut at a grid
 * boundary, because it lasts too long or because events followed each other without a pause for too long. `joined`: cut at
 * the first boundary after the stream was joined in its middle. The others: the stream ended or started anew.
 */
export type CloseReason =
  | 'release'
  | 'max_duration'
  | 'checkpoint'
  | 'joined'
  | 'end_of_stream'
  | 'idle'
  | 'gap'
  | 'clock_jump'
  | 'stream_change'
  | 'rate_change'
  | 'calibration_change'
  | 'count_reset';

/**
 * A noise event. Its clip is samples `[firstSample, firstSample + sampleCount)`, pre-roll and post-roll included. Energy
 * mean, maximum and percentiles are over the sound proper, `[onsetTimeUs, offsetTimeUs)`; peaks and clipping over the clip,
 * so that no attack is missed.
 */
export interface NoiseEvent extends SoundLevels {
  readonly streamId: string;
  readonly sampleRateHz: number;
  readonly calibrationDbSpl: number | null;
  readonly calibrated: boolean;
  readonly firstSample: number;
  readonly sampleCount: number;
  readonly startTimeUs: number;
  readonly endTimeUs: number;
  /** When the trigger opened. */
  readonly onsetTimeUs: number;
  /** When the level fell below the release level, or where the event was cut. */
  readonly offsetTimeUs: number;
  /** From onset to offset. */
  readonly durationSecs: number;
  /** Largest |sample|; 1 is full scale. */
  readonly peakAmplitude: number;
  readonly clippedSamples: number;
  readonly closedBy: CloseReason;
  /** The sound goes on: the next event, which is `continued`, begins where this one ends. */
  readonly cut: boolean;
  /** It begins at a grid boundary, in the middle of the sound. */
  readonly continued: boolean;
  /** The clip at the sensor's own rate. */
  readonly audio: Float32Array;
}

/** Something about the stream that is worth counting. `timeUs` is where in the stream it is. */
export type Notice = { readonly timeUs: number; readonly streamId: string } & (
  | { readonly kind: 'duplicate'; readonly samples: number }
  /** Samples that come too late, and whose time does not fit either. Dropped. */
  | { readonly kind: 'stale'; readonly samples: number }
  | { readonly kind: 'gap'; readonly samples: number; readonly durationSecs: number }
  /** The clock moved against the sample count; forward is positive. */
  | { readonly kind: 'clock_jump'; readonly jumpUs: number }
  /** The clock's rate against the sample count's over the last cell; positive: the recorder's rate is too low. */
  | { readonly kind: 'clock_drift'; readonly driftUs: number; readonly ppm: number }
  | { readonly kind: 'stream_changed'; readonly previousStreamId: string }
  | { readonly kind: 'sample_rate_changed'; readonly fromHz: number; readonly toHz: number }
  | { readonly kind: 'calibration_changed'; readonly fromDb: number | null; readonly toDb: number | null }
  /** The recorder started to count again without a new stream id. */
  | { readonly kind: 'count_reset'; readonly fromSample: number; readonly toSample: number }
  | { readonly kind: 'event_too_short'; readonly durationSecs: number }
  /** The sensor sends exact zeros. */
  | { readonly kind: 'sensor_silent'; readonly state: 'opened' | 'closed' }
);

export interface SensorOutput {
  readonly levels: LevelRow[];
  readonly events: NoiseEvent[];
  readonly notices: Notice[];
}
