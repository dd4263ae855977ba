import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PlantsenseError } from '../errors.js';
import { Random } from '../random.js';
import { Clip } from './clip.js';
import { Resampler, resample, resamplerInputs } from './resample.js';
import { Stft } from './stft.js';
import { goldenArray, goldenSound, largestDifference } from './testing/goldens.js';
import { createEngine } from './wasm/engine.js';

function sine(hz: number, sampleRateHz: number, length: number): Float32Array {
  return Float32Array.from({ length }, (_, i) => Math.sin((2 * Math.PI * hz * i) / sampleRateHz));
}

function decibels(ratio: number): number {
  return 10 * Math.log10(ratio);
}

/** The signal-to-difference ratio of two signals below `maxHz`. */
function inBandRatioDb(a: Float32Array, b: Float32Array, sampleRateHz: number, maxHz: number): number {
  const stft = new Stft({ nFft: 4096, hop: 2048, centred: false });
  const bandPower = (signal: Float32Array) => {
    const frames = stft.frameCount(signal.length);
    const inBand = Math.floor((maxHz * 4096) / sampleRateHz) * frames;
    return stft
      .spectrogram(new Clip(signal), 2)
      .subarray(0, inBand)
      .reduce((sum, x) => sum + x, 0);
  };
  return decibels(bandPower(a) / bandPower(a.map((x, i) => x - b[i]!)));
}

/** RMS difference to the ideal, away from the ends, in dB re the ideal's RMS. */
function errorDb(actual: Float32Array, ideal: Float32Array): number {
  let error = 0;
  let signal = 0;
  for (let i = 600; i < actual.length - 600; i++) {
    error += (actual[i]! - ideal[i]!) ** 2;
    signal += ideal[i]! ** 2;
  }
  return decibels(error / signal);
}

describe('resample', () => {
  it('agrees with soxr_hq in band: 48 kHz to 22.05 kHz', () => {
    const golden = goldenArray('stereo-48k.resampled-22050.npy').data;
    const ours = resample(goldenSound('stereo-48k.wav'), 48_000, 22_050);
    expect(ours).toHaveLength(golden.length);
    expect(inBandRatioDb(golden, ours, 22_050, 9_000)).toBeGreaterThan(80);
  });

  it.each([
    [48_000, 22_050],
    [44_100, 22_050],
    [44_100, 16_300],
    [16_000, 22_050],
    [8_000, 48_000],
    [22_050, 22_049.5],
    [44_101, 22_050],
    [192_000, 8_000],
  ])('brings a sine from %d Hz to %d Hz as if it had been sampled so, within -100 dB', (from, to) => {
    const hz = 0.3 * Math.min(from, to);
    const input = sine(hz, from, Math.round(from * 0.5));
    const output = resample(input, from, to);
    expect(output).toHaveLength(Math.ceil((input.length * to) / from));
    expect(errorDb(output, sine(hz, to, output.length))).toBeLessThan(-100);
  });

  it('leaves nothing of what lies above half the new rate', () => {
    const output = resample(sine(12_000, 48_000, 24_000), 48_000, 22_050);
    const middle = output.subarray(600, -600);
    expect(decibels(middle.reduce((sum, x) => sum + x * x, 0) / middle.length / 0.5)).toBeLessThan(-110);
  });

  it('is flat up to 0.9 of half the new rate', () => {
    const hz = 0.9 * 11_025;
    const output = resample(sine(hz, 48_000, 48_000), 48_000, 22_050);
    expect(errorDb(output, sine(hz, 22_050, output.length))).toBeLessThan(-90);
  });

  it('keeps a constant exactly constant', () => {
    const output = resample(new Float32Array(3000).fill(0.5), 44_100, 16_300);
    expect(
      largestDifference(output.subarray(300, -300), new Float32Array(output.length - 600).fill(0.5)),
    ).toBeLessThan(1e-6);
  });

  it('has ceil(n · ratio) samples for any length', () => {
    fc.assert(
      fc.property(
        fc.nat(3000),
        fc.constantFrom(8_000, 16_000, 16_300, 22_050, 44_100, 44_101, 48_000),
        fc.constantFrom(8_000, 16_300, 22_050, 48_000),
        (length, from, to) => {
          expect(resample(new Float32Array(length), from, to)).toHaveLength(Math.ceil((length * to) / from));
        },
      ),
    );
  });

  it('gives the same without SIMD', () => {
    const input = goldenSound('stereo-48k.wav').subarray(0, 5000);
    for (const to of [22_050, 22_051.7]) {
      const scalar = new Resampler(48_000, to, createEngine(false));
      const output = [...scalar.push(input), ...scalar.flush()];
      expect(largestDifference(output, resample(input, 48_000, to))).toBeLessThan(1e-6);
    }
  });

  it('gives the sound itself when the rates are the same', () => {
    const input = sine(100, 8_000, 50);
    expect(resample(input, 8_000, 8_000)).toBe(input);
  });

  it.each([
    [0, 8_000],
    [8_000, Number.NaN],
    [8_000, -1],
    [Number.POSITIVE_INFINITY, 8_000],
    [1_000_000, 8_000],
  ])('refuses %d Hz to %d Hz', (from, to) => {
    expect(() => new Resampler(from, to)).toThrow(PlantsenseError);
  });
});

describe('Resampler', () => {
  const random = new Random(5);
  const sound = Float32Array.from({ length: 4000 }, () => random.normal());

  it('gives the same bits however the stream is cut', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(8_000, 22_050, 44_100, 44_101, 48_000),
        fc.constantFrom(16_300, 22_050, 22_051, 48_000),
        fc.array(fc.integer({ min: 0, max: 900 }), { maxLength: 12 }),
        (from, to, cuts) => {
          const resampler = new Resampler(from, to);
          const pieces: number[] = [];
          let at = 0;
          for (const cut of cuts) {
            pieces.push(...resampler.push(sound.subarray(at, at + cut)));
            at = Math.min(sound.length, at + cut);
          }
          pieces.push(...resampler.push(sound.subarray(at)), ...resampler.flush());
          const whole = from === to ? sound : resample(sound, from, to);
          expect(Float32Array.from(pieces)).toEqual(whole);
        },
      ),
    );
  });

  it('keeps streams apart that share its memory', () => {
    const streams = [
      { from: 48_000, parts: [] as number[] },
      { from: 44_100, parts: [] as number[] },
    ].map(stream => ({ ...stream, resampler: new Resampler(stream.from, 22_050) }));
    for (let at = 0; at < sound.length; at += 333)
      for (const { resampler, parts } of streams) parts.push(...resampler.push(sound.subarray(at, at + 333)));
    for (const { resampler, parts, from } of streams) {
      parts.push(...resampler.flush());
      expect(Float32Array.from(parts)).toEqual(resample(sound, from, 22_050));
    }
  });

  it('is as new after a flush', () => {
    const resampler = new Resampler(48_000, 22_050);
    const once = [...resampler.push(sound), ...resampler.flush()];
    const again = [...resampler.push(sound), ...resampler.flush()];
    expect(again).toEqual(once);
    expect([...resampler.flush()]).toEqual([]);
  });

  it('takes a chunk of any length', () => {
    const long = sine(50, 48_000, 200_000);
    const resampler = new Resampler(48_000, 22_050);
    const inParts: number[] = [];
    for (let at = 0; at < long.length; at += 10_000)
      inParts.push(...resampler.push(long.subarray(at, at + 10_000)));
    inParts.push(...resampler.flush());
    expect(Float32Array.from(inParts)).toEqual(resample(long, 48_000, 22_050));
  });

  it('begins in the middle of a stream as one that has run from its start, after whole periods of centuries too', () => {
    // 163 outputs to 80 inputs.
    const [first, count] = [1_000, 500];
    const { from, to } = resamplerInputs(8_000, 16_300, first, count);
    const long = sine(440, 8_000, to);
    const whole = resample(long, 8_000, 16_300).slice(first, first + count);
    for (const periods of [0, 2 ** 45 - 1]) {
      const resampler = new Resampler(8_000, 16_300);
      resampler.seek(first + 163 * periods);
      expect(resampler.push(long.subarray(from, to)).subarray(0, count)).toEqual(whole);
    }
  });
});
