import { SEGMENT_DEFAULTS, SEGMENT_SAMPLE_RATE_HZ, type SegmentOptions } from '../../audio/segments.js';
import { featureSetId } from '../feature-set.js';

/** The feature set of segments: tensors that were cut in another way have another one. */
export function segmentFeatureSet(options: Partial<SegmentOptions>): string {
  const all: SegmentOptions = { ...SEGMENT_DEFAULTS, ...options };
  return featureSetId('stft', { sampleRateHz: SEGMENT_SAMPLE_RATE_HZ, ...all });
}
