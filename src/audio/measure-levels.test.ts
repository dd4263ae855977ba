import { describe, expect, it } from 'vitest';
import { measureLevels } from './measure-levels.js';
import { goldenSound } from './testing/goldens.js';
import { concat, noise, sine } from './testing/signals.js';
import { weightingDb } from './weighting-design.js';

/** Power of each DFT bin up to Nyquist, by definition; `samples` is short, and zeros follow it up to `size`. */
function dftPowers(samples: Float32Array, size: number): Float64Array {
  return Float64Array.from({ length: size / 2 + 1 }, (_, bin) => {
    const [stepCos, stepSin] = [Math.cos((2 * Math.PI * bin) / size), Math.sin((2 * Math.PI * bin) / size)];
    let [cos, sin, re, im] = [1, 0, 0, 0];
    for (let i = 0; i < samples.length; i++) {
      re += samples[i]! * cos;
      im += samples[i]! * sin;
      [cos, sin] = [cos * stepCos - sin * stepSin, sin * stepCos + cos * stepSin];
    }
    return re * re + im * im;
  });
}

describe('levels of a recording', () => {
  it('weight recorded sound as the standard weights its spectrum', () => {
    for (const [name, rate] of [
      ['machine-16k3.wav', 16_300],
      ['plant-16k.wav', 16_000],
      ['plant-22k.wav', 22_050],
    ] as const) {
      // Zeros before and after, so that the filters begin and end at rest: then the energies must be the same.
      const sound = goldenSound(name).slice(4_000, 8_096);
      const { overall } = measureLevels(concat(new Float32Array(100), sound, new Float32Array(4_000)), rate);
      const powers = dftPowers(sound, 8_192);
      let [weighted, plain] = [0, powers[0]! / 2];
      for (let bin = 1; bin < 4_096; bin++) {
        plain += powers[bin]!;
        weighted += powers[bin]! * 10 ** (weightingDb('A', (bin * rate) / 8_192) / 10);
      }
      const expected = 10 * Math.log10(weighted / plain);
      // The filters follow the curve up to 0.35 of the rate; what lies above is worth a few hundredths of a dB.
      expect(Math.abs(overall.laeqDb! - overall.lzeqDb! - expected)).toBeLessThan(0.08);
    }
  });

  it('read a 1 kHz tone alike in A, C and Z, at any rate', () => {
    for (const rate of [8_000, 16_300, 22_050, 48_000, 192_000]) {
      const { overall, seconds } = measureLevels(sine(1000, 0.1, 3 * rate, rate), rate, {
        calibrationDbSpl: 120,
      });
      expect(overall.lzeqDb).toBeCloseTo(100, 2);
      expect(Math.abs(overall.laeqDb! - 100)).toBeLessThan(0.05);
      expect(Math.abs(overall.lafMaxDb! - 100)).toBeLessThan(0.1);
      // The first second holds the tone's start, which overshoots.
      expect(Math.abs(seconds[1]!.lcPeakDb! - 103.01)).toBeLessThan(0.1);
      expect(overall.peakAmplitude).toBeCloseTo(0.1, 4);
    }
  });

  it('are A-weighted', () => {
    const rate = 22_050;
    const { overall } = measureLevels(sine(100, 0.5, 4 * rate, rate), rate);
    expect(overall.laeqDb! - overall.lzeqDb!).toBeCloseTo(weightingDb('A', 100), 1);
  });

  it("read the standard's C-weighted peaks of single cycles", () => {
    // IEC 61672-1, table 5: LCpeak minus the level LC of the steady tone, ±1 dB for the half cycle in class 1, ±2 at 8 kHz.
    const rate = 48_000;
    for (const [hz, cycles, expected, tolerance] of [
      [31.5, 1, 2.5, 0.6],
      [500, 1, 3.5, 0.6],
      [500, 0.5, 2.4, 0.6],
      [8000, 1, 3.4, 1.2],
    ] as const) {
      const steadyC = 20 * Math.log10(0.5) + weightingDb('C', hz);
      const silence = new Float32Array(rate / 2);
      const burst = sine(hz, 0.5, Math.round((cycles * rate) / hz), rate);
      const { lcPeakDb } = measureLevels(concat(silence, burst, silence), rate).overall;
      expect(Math.abs(lcPeakDb! - steadyC - expected)).toBeLessThan(tolerance);
    }
  });

  it('give percentiles of the Fast level', () => {
    const rate = 16_000;
    const loudThenQuiet = concat(sine(1000, 0.5, 6 * rate, rate), sine(1000, 0.005, 4 * rate, rate));
    const { overall } = measureLevels(loudThenQuiet, rate);
    expect(overall.l10Db).toBeCloseTo(-6.02, 1);
    expect(overall.l50Db).toBeCloseTo(-6.02, 1);
    expect(overall.l90Db).toBeCloseTo(-46.02, 1);
  });

  it('are null in digital silence, second by second', () => {
    const rate = 16_000;
    const { seconds, calibrated } = measureLevels(
      concat(noise(0.1, rate), new Float32Array(2 * rate), noise(0.1, rate / 2)),
      rate,
    );
    expect(calibrated).toBe(false);
    expect(seconds.map(({ silent }) => silent)).toEqual([false, true, true, false]);
    expect(seconds.map(({ laeqDb }) => laeqDb !== null)).toEqual([true, false, false, true]);
    expect(seconds[2]).toMatchObject({ lafMaxDb: null, lcPeakDb: null, l10Db: null, l90Db: null });
    expect(seconds[3]?.durationSecs).toBe(0.5);
  });

  it('count samples at full scale', () => {
    const samples = new Float32Array(8_000);
    samples[10] = 1;
    samples[11] = 32767 / 32768;
    samples[12] = -1;
    samples[13] = 0.9999;
    expect(measureLevels(samples, 8_000).overall.clippedSamples).toBe(3);
  });

  it('take an empty recording', () => {
    expect(measureLevels(new Float32Array(0), 8_000)).toMatchObject({
      overall: { laeqDb: null },
      seconds: [],
    });
  });
});
