import type { Segmenter } from '../../audio/segments.js';

/** Neighbouring segments of a recording. */
export interface SegmentBlock {
  /** Place of the first one in the recording. */
  readonly first: number;
  readonly count: number;
  /** `[count, bins, width]`, row by row. */
  readonly segments: Float32Array;
  /** Root mean square of each, dB below that of a full-scale sine; null for digital silence. */
  readonly levelsDb: readonly (number | null)[];
}

/** Segments at a time: 2 MB. */
const BLOCK = 16;

/** Samples from one segment's start to the next one's. */
export function segmentStride({ options: { nFft, overlap, step } }: Segmenter): number {
  return (nFft - overlap) * step;
}

/**
 * The segments of a recording, a few at a time: all of them take eight times the memory of its sound. They have the same
 * bits as those of `segmenter.compute`.
 *
 * @throws PlantsenseError AUDIO_EMPTY, AUDIO_TOO_SHORT
 */
export function* segmentBlocks(segmenter: Segmenter, samples: Float32Array): Generator<SegmentBlock> {
  const total = segmenter.count(samples.length);
  // It has the words for what is too short.
  if (total === 0) segmenter.compute(samples);
  const stride = segmentStride(segmenter);
  for (let first = 0; first < total; first += BLOCK) {
    const count = Math.min(BLOCK, total - first);
    const start = first * stride;
    const end = start + (count - 1) * stride + segmenter.samplesPerSegment;
    const levelsDb = Array.from({ length: count }, (_, i) => {
      const at = (first + i) * stride;
      return levelDb(samples.subarray(at, at + segmenter.samplesPerSegment));
    });
    yield { first, count, segments: segmenter.compute(samples.subarray(start, end)), levelsDb };
  }
}

function levelDb(samples: Float32Array): number | null {
  let squares = 0;
  for (let i = 0; i < samples.length; i++) squares += samples[i]! * samples[i]!;
  return squares === 0 ? null : 10 * Math.log10((2 * squares) / samples.length);
}
