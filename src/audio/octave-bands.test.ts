import { describe, expect, it } from 'vitest';
import { bandPassGain, designBandPass } from './band-pass.js';
import { halfBandGain } from './half-band.js';
import { measureLevels } from './measure-levels.js';
import type { OctaveBand } from './octave-bands.js';
import { stageOf, thirdOctaveBands } from './octave-bands.js';
import { noise, sine } from './testing/signals.js';

const RATES = [8_000, 11_025, 16_000, 16_300, 22_050, 32_000, 44_100, 48_000, 96_000, 192_000];
const G = 10 ** 0.3;

/**
 * Class 1 limits of relative attenuation: exponent of G for octave bands, least and greatest dB. These are the numbers of
 * IEC 61260:1995 (and ANSI S1.11-2004), which lie inside those of IEC 61260-1:2014: what passes here passes both.
 */
const CLASS_1 = [
  [0, -0.3, 0.3],
  [1 / 8, -0.3, 0.4],
  [1 / 4, -0.3, 0.6],
  [3 / 8, -0.3, 1.3],
  [0.5 - 1e-9, -0.3, 5],
  [0.5 + 1e-9, 2, Number.POSITIVE_INFINITY],
  [1, 17.5, Number.POSITIVE_INFINITY],
  [2, 42, Number.POSITIVE_INFINITY],
  [3, 61, Number.POSITIVE_INFINITY],
  [4, 70, Number.POSITIVE_INFINITY],
  [30, 70, Number.POSITIVE_INFINITY],
] as const;

/** The standard's rule for narrower bands: frequency ratio of a third-octave from the exponent for an octave. */
const ratioOf = (exponent: number): number => 1 + ((G ** (1 / 6) - 1) / (G ** 0.5 - 1)) * (G ** exponent - 1);

/** Limits at f/fm, linear in dB over log frequency between the standard's points. */
function class1(ratio: number): { least: number; greatest: number } {
  const logRatio = Math.abs(Math.log(ratio));
  let i = 0;
  while (i < CLASS_1.length - 2 && Math.log(ratioOf(CLASS_1[i + 1]![0])) < logRatio) i++;
  const [low, high] = [CLASS_1[i]!, CLASS_1[i + 1]!];
  const [a, b] = [Math.log(ratioOf(low[0])), Math.log(ratioOf(high[0]))];
  const share = (logRatio - a) / (b - a);
  const between = (x: number, y: number) => (y === Number.POSITIVE_INFINITY ? y : x + share * (y - x));
  return { least: between(low[1], high[1]), greatest: between(low[2], high[2]) };
}

/** Attenuation of a tone by the whole chain: decimators, with what they fold back, and band filter. */
function attenuationDb(band: OctaveBand, hz: number, rate: number): number {
  let [gain, f, r] = [1, hz, rate];
  for (let stage = stageOf(band, rate); stage > 0; stage--) {
    gain *= halfBandGain(f / r);
    r /= 2;
    f %= r;
    if (f > r / 2) f = r - f;
  }
  return -20 * Math.log10(gain * bandPassGain(designBandPass(band.lowHz, band.highHz, r), f, r));
}

describe('third-octave bands', () => {
  it('have the names and edges of the standard', () => {
    const bands = thirdOctaveBands(48_000);
    expect(bands.map(band => band.nominalHz)).toEqual([
      25, 31.5, 40, 50, 63, 80, 100, 125, 160, 200, 250, 315, 400, 500, 630, 800, 1000, 1250, 1600, 2000,
      2500, 3150, 4000, 5000, 6300, 8000, 10_000, 12_500, 16_000,
    ]);
    const kilohertz = bands.find(band => band.nominalHz === 1000)!;
    expect([kilohertz.lowHz, kilohertz.midHz, kilohertz.highHz].map(hz => hz.toFixed(2))).toEqual([
      '891.25',
      '1000.00',
      '1122.02',
    ]);
    expect(thirdOctaveBands(22_050).at(-1)?.nominalHz).toBe(8000);
  });

  it('keep class 1 at midband, at the edges and everywhere from 1 Hz to Nyquist, folding included', () => {
    for (const rate of RATES) {
      for (const band of thirdOctaveBands(rate)) {
        const frequencies = Array.from({ length: 400 }, (_, i) => (rate / 2) ** (i / 400));
        for (let i = -150; i <= 150; i++) frequencies.push(band.midHz * 10 ** (i / 1000));
        for (let i = 1; i < 200; i++) frequencies.push((i * rate) / 400);
        for (const hz of frequencies.filter(f => f < 0.4999 * rate)) {
          const attenuation = attenuationDb(band, hz, rate);
          const { least, greatest } = class1(hz / band.midHz);
          if (attenuation < least || attenuation > greatest) {
            expect.fail(`${band.nominalHz} Hz at rate ${rate}: ${attenuation} dB at ${hz} Hz`);
          }
        }
        for (const edge of [band.lowHz, band.highHz]) {
          expect(Math.abs(attenuationDb(band, edge, rate) - 3.01)).toBeLessThan(0.05);
        }
      }
    }
  });

  it('read a tone at midband as loud as it is, whatever the rate is divided by', () => {
    for (const rate of [16_300, 22_050]) {
      for (const band of thirdOctaveBands(rate).filter((_, i) => i % 4 === 0)) {
        const { bandsDb } = measureLevels(sine(band.midHz, 0.25, 4 * rate, rate), rate, {
          thirdOctaves: true,
        }).seconds[3]!;
        const at = thirdOctaveBands(rate).findIndex(({ index }) => index === band.index);
        expect(Math.abs(bandsDb![at]! - 20 * Math.log10(0.25))).toBeLessThan(0.1);
      }
    }
  });

  it('add up to the energy of white noise in their range', () => {
    const rate = 22_050;
    const { overall, bands } = measureLevels(noise(0.5, 20 * rate), rate, { thirdOctaves: true });
    const sum = overall.bandsDb!.reduce<number>((total, db) => total + 10 ** (db! / 10), 0);
    const width = bands!.at(-1)!.highHz - bands![0]!.lowHz;
    const expected = overall.lzeqDb! + 10 * Math.log10(width / (rate / 2));
    expect(Math.abs(10 * Math.log10(sum) - expected)).toBeLessThan(0.2);
  });

  it('do not ring because the recorder has an offset', () => {
    const rate = 16_000;
    const samples = sine(1000, 0.01, 2 * rate, rate).map(x => x + 0.3);
    const { bandsDb } = measureLevels(samples, rate, { thirdOctaves: true }).seconds[0]!;
    expect(bandsDb![0]!).toBeLessThan(-90);
  });
});
