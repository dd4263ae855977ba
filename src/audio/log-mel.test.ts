import { describe, expect, it } from 'vitest';
import { PlantsenseError } from '../errors.js';
import { Random } from '../random.js';
import { Clip } from './clip.js';
import { LogMel, type LogMelOptions } from './log-mel.js';
import { MelSpectrogram } from './mel-spectrogram.js';
import { goldenArray, goldenSound, largestDifference } from './testing/goldens.js';
import { createEngine } from './wasm/engine.js';

/** What "equal to librosa" means here, in dB. */
const TOLERANCE_DB = 1e-3;

const PLANT_16K: Partial<LogMelOptions> = {
  sampleRateHz: 16_000,
  durationSecs: null,
  nFft: 1024,
  hop: 256,
  nMels: 64,
  fminHz: 50,
  fmaxHz: 7600,
  topDb: 60,
};

function noise(length: number): Float32Array {
  const random = new Random(length);
  return Float32Array.from({ length }, () => 0.1 * random.normal());
}

describe('LogMel', () => {
  it.each([
    ['plant-22k.wav', 'plant-22k.logmel-defaults.npy', {}],
    ['plant-22k.wav', 'plant-22k.logmel-ref1.npy', { durationSecs: null, ref: 1, topDb: null }],
    ['plant-16k.wav', 'plant-16k.logmel.npy', PLANT_16K],
    // A full-scale tone: single precision would be 0.2 dB off in the bands beside it.
    ['tone-22k.wav', 'tone-22k.logmel-ref1.npy', { durationSecs: null, ref: 1, topDb: null }],
  ] as const)('makes of %s what librosa makes: %s', (wav, npy, options) => {
    const golden = goldenArray(npy);
    const logMel = new LogMel(options);
    const sound = goldenSound(wav);
    const features = logMel.compute(sound);
    expect([logMel.nMels, logMel.frameCount(sound.length)]).toEqual(golden.shape);
    expect(largestDifference(features, golden.data)).toBeLessThan(TOLERANCE_DB);
  });

  it('has 128 bands and 323 frames for any sound, from -80 to 0 dB', () => {
    const logMel = new LogMel();
    for (const length of [1, 100, 22_050, 165_375, 400_000]) {
      const features = logMel.compute(noise(length));
      expect(features).toHaveLength(128 * 323);
      expect(Math.max(...features)).toBe(0);
      expect(Math.min(...features)).toBeGreaterThanOrEqual(-80);
    }
  });

  it('is the same for a sound and for the sound padded by hand', () => {
    const short = noise(30_000);
    const padded = new Float32Array(165_375);
    padded.set(short);
    expect(new LogMel().compute(short)).toEqual(new LogMel().compute(padded));
  });

  it('repeats a short sound with loop padding', () => {
    const short = noise(30_000);
    const looped = Float32Array.from({ length: 165_375 }, (_, i) => short[i % short.length]!);
    expect(new LogMel({ padding: 'loop' }).compute(short)).toEqual(new LogMel().compute(looped));
  });

  it('writes into the array that it is given', () => {
    const logMel = new LogMel();
    const out = new Float32Array(128 * 323);
    expect(logMel.compute(noise(5000), out)).toBe(out);
    expect(out).toEqual(logMel.compute(noise(5000)));
    expect(() => logMel.compute(noise(5000), new Float32Array(7))).toThrow(/41344 values/);
  });

  it('gives digital silence one even level', () => {
    const silence = new Float32Array(1000);
    expect(new Set(new LogMel().compute(silence))).toEqual(new Set([0]));
    const absolute = new LogMel({ ref: 1, topDb: null }).compute(silence);
    expect(largestDifference(absolute, new Float32Array(128 * 323).fill(-100))).toBeLessThan(1e-4);
  });

  it('takes long sounds in blocks, without a seam', () => {
    const logMel = new LogMel({ durationSecs: null, ref: 1, topDb: null });
    const long = noise(512 * 700);
    const frames = logMel.frameCount(long.length);
    const all = logMel.compute(long);
    // Frames 200 .. 400 of the whole are frames 0 .. 200 of a part, but for those that reach over its ends.
    const part = logMel.compute(long.subarray(200 * 512, 400 * 512));
    const partFrames = logMel.frameCount(200 * 512);
    for (let band = 0; band < 128; band++)
      expect(part.subarray(band * partFrames + 2, (band + 1) * partFrames - 3)).toEqual(
        all.subarray(band * frames + 202, band * frames + 398),
      );
  });

  it('refuses a sound without samples, and options that make no sense', () => {
    expect(() => new LogMel().compute(new Float32Array(0))).toThrow(/no samples/);
    for (const wrong of [
      { nFft: 1000 },
      { hop: 0 },
      { hop: 0.5 },
      { nMels: 0 },
      { durationSecs: 0 },
      { ref: 0 },
      { ref: Number.NaN },
      { topDb: -1 },
      { amin: 0 },
      { fminHz: 9000, fmaxHz: 8000 },
    ])
      expect(() => new LogMel(wrong), JSON.stringify(wrong)).toThrow(PlantsenseError);
  });
});

describe('MelSpectrogram', () => {
  it('is the same without SIMD', () => {
    const options = { sampleRateHz: 16_000, nFft: 1024, nMels: 40, hop: 300 };
    const clip = new Clip(noise(9000), 50_000);
    const [simd, scalar] = [true, false].map(useSimd => {
      const mel = new MelSpectrogram(options, createEngine(useSimd));
      const out = new Float32Array(40 * mel.frameCount(clip.length)).fill(7);
      mel.compute(clip, out);
      return out;
    }) as [Float32Array, Float32Array];
    const relative = simd.map((value, i) => (scalar[i] === 0 ? value : value / scalar[i]! - 1));
    expect(largestDifference(relative, new Float32Array(relative.length))).toBeLessThan(1e-5);
  });
});
