import type { Sound } from './audio-file.js';
import { Clip, type Padding } from './clip.js';
import { LogMel, type LogMelOptions } from './log-mel.js';
import { resample } from './resample.js';
import { SEGMENT_SAMPLE_RATE_HZ, Segmenter, type SegmentOptions } from './segments.js';

/** An array of numbers with its shape, row by row. */
export interface Features {
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

/** Made once for its options, applied to many recordings of any sampling rate. */
export type FeatureExtractor = (sound: Sound) => Features;

export interface WaveformOptions {
  /** Default 22,050. */
  readonly sampleRateHz?: number;
  /** Cuts or pads to this length; `null`, the default, leaves it. */
  readonly durationSecs?: number | null;
  readonly padding?: Padding;
}

/** The mono samples themselves, resampled: shape [samples]. */
export function waveformExtractor(options: WaveformOptions = {}): FeatureExtractor {
  const { sampleRateHz = 22_050, durationSecs = null, padding = 'zero' } = options;
  return sound => {
    const samples = resample(sound.samples, sound.sampleRateHz, sampleRateHz);
    const length = durationSecs === null ? samples.length : Math.round(durationSecs * sampleRateHz);
    const data = new Float32Array(length);
    new Clip(samples, length, padding).read(0, data);
    return { data, shape: [length] };
  };
}

/** Log-mel spectrograms as the noise method takes them: shape [nMels, frames], by default [128, 323]. */
export function logMelExtractor(options: Partial<LogMelOptions> = {}): FeatureExtractor {
  const logMel = new LogMel(options);
  return sound => {
    const samples = resample(sound.samples, sound.sampleRateHz, logMel.options.sampleRateHz);
    return { data: logMel.compute(samples), shape: [logMel.nMels, logMel.frameCount(samples.length)] };
  };
}

/** STFT segments as the machine residual takes them: shape [n, bins, width], by default [n, 1024, 32]. */
export function segmentExtractor(
  options: Partial<SegmentOptions> & { readonly sampleRateHz?: number } = {},
): FeatureExtractor {
  const { sampleRateHz = SEGMENT_SAMPLE_RATE_HZ, ...segmentOptions } = options;
  const segmenter = new Segmenter(segmentOptions);
  return sound => {
    const samples = resample(sound.samples, sound.sampleRateHz, sampleRateHz);
    return {
      data: segmenter.compute(samples),
      shape: [segmenter.count(samples.length), segmenter.bins, segmenter.options.width],
    };
  };
}
