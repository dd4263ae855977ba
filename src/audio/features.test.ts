import { describe, expect, it } from 'vitest';
import type { Sound } from './audio-file.js';
import { logMelExtractor, segmentExtractor, waveformExtractor } from './features.js';
import { LogMel } from './log-mel.js';
import { resample } from './resample.js';
import { goldenSound } from './testing/goldens.js';

const sound: Sound = { sampleRateHz: 48_000, channels: 2, samples: goldenSound('stereo-48k.wav') };

describe('feature extractors', () => {
  it('give the waveform at 22,050 Hz in its own length, or in a wanted one', () => {
    const plain = waveformExtractor()(sound);
    expect(plain.shape).toEqual([22_050]);
    expect(plain.data).toEqual(resample(sound.samples, 48_000, 22_050));
    const longer = waveformExtractor({ durationSecs: 1.5 })(sound);
    expect(longer.shape).toEqual([33_075]);
    expect(longer.data.subarray(22_050).every(x => x === 0)).toBe(true);
    expect(waveformExtractor({ durationSecs: 0.5 })(sound).data).toEqual(plain.data.subarray(0, 11_025));
  });

  it('give the log-mel of the resampled sound', () => {
    const features = logMelExtractor()(sound);
    expect(features.shape).toEqual([128, 323]);
    expect(features.data).toEqual(new LogMel().compute(resample(sound.samples, 48_000, 22_050)));
    expect(logMelExtractor({ durationSecs: null, sampleRateHz: 16_000 })(sound).shape).toEqual([128, 32]);
  });

  it('give machine segments at 16,300 Hz', () => {
    const loop = {
      ...sound,
      samples: Float32Array.from({ length: 96_000 }, (_, i) => sound.samples[i % 48_000]!),
    };
    const features = segmentExtractor()(loop);
    // 32,600 samples: 60 columns, of which 32 + 22 make two segments.
    expect(features.shape).toEqual([2, 1024, 32]);
    expect(features.data).toHaveLength(2 * 1024 * 32);
    expect(() => segmentExtractor()(sound)).toThrow(/takes 17920 samples; the sound has 16300/);
  });

  it('do not change the sound that they are given', () => {
    const before = sound.samples.slice();
    waveformExtractor({ sampleRateHz: 48_000 })(sound).data.fill(0);
    expect(sound.samples).toEqual(before);
  });
});
