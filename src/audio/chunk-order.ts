/**
 * Where a chunk stands after the one before it: the sample count says whether samples are new, missing or known already,
 * the timestamp says whether the clock or the count was changed. Depends on these two chunks only, so that a replay from
 * any of them decides alike.
 */
import { SampleClock } from './sample-clock.js';
import type { SoundChunk } from './sensor-records.js';

/** What is remembered of the last chunk that had new samples. */
export interface LastChunk {
  readonly streamId: string;
  readonly sampleRateHz: number;
  readonly calibrationDbSpl: number | null;
  readonly clock: SampleClock;
  /** Index of the sample that should come next. */
  readonly nextSample: number;
}

export type ChunkOrder =
  /** Its samples from `skip` on follow those before. */
  | { readonly kind: 'next'; readonly skip: number }
  | { readonly kind: 'duplicate' | 'stale' }
  | { readonly kind: 'gap'; readonly missing: number }
  | { readonly kind: 'clock_jump'; readonly skip: number; readonly missing: number; readonly jumpUs: number }
  | { readonly kind: 'count_reset' | 'stream_change' | 'rate_change' | 'calibration_change' };

export function orderOf(chunk: SoundChunk, last: LastChunk, clockJumpUs: number): ChunkOrder {
  if (chunk.streamId !== last.streamId) return { kind: 'stream_change' };
  if (chunk.sampleRateHz !== last.sampleRateHz) return { kind: 'rate_change' };
  const end = chunk.firstSample + chunk.samples.length;
  const skip = Math.max(0, last.nextSample - chunk.firstSample);
  const missing = Math.max(0, chunk.firstSample - last.nextSample);
  const jumpUs = SampleClock.of(chunk).zeroUs - last.clock.zeroUs;
  if (Math.abs(jumpUs) <= clockJumpUs) {
    if (end <= last.nextSample) return { kind: 'duplicate' };
    if (chunk.calibrationDbSpl !== last.calibrationDbSpl) return { kind: 'calibration_change' };
    return missing > 0 ? { kind: 'gap', missing } : { kind: 'next', skip };
  }
  if (skip > 0) {
    // Known sample numbers with another time. A recorder that starts again counts from 0, or at least goes on in time;
    // otherwise it is old sound that comes late.
    const later = chunk.startTimeUs >= last.clock.timeOf(last.nextSample) - clockJumpUs;
    if (chunk.firstSample === 0 || later) return { kind: 'count_reset' };
    if (end <= last.nextSample) return { kind: 'stale' };
  }
  return { kind: 'clock_jump', skip, missing, jumpUs };
}
