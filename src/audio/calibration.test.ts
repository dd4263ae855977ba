import { describe, expect, it } from 'vitest';
import { calibrate } from './calibration.js';
import { concat, noise, sine } from './testing/signals.js';

const RATE = 22_050;
const add = (a: Float32Array, b: Float32Array): Float32Array => a.map((x, i) => x + b[i]!);
const failure = (message: string) =>
  expect.objectContaining({ code: 'CALIBRATION_FAILED', message: expect.stringContaining(message) });

describe('calibration', () => {
  it('makes the tone read what the calibrator gives', () => {
    for (const [hz, dbSpl] of [
      [1000, 94],
      [1007.3, 94],
      [250, 114],
      [251.2, 124],
    ] as const) {
      const found = calibrate(sine(hz, 0.1, 5 * RATE, RATE), RATE, { toneDbSpl: dbSpl });
      expect(found.calibrationDbSpl).toBeCloseTo(dbSpl + 20, 2);
      expect(Math.abs(found.toneHz - hz)).toBeLessThan(0.05);
      expect(found.spreadDb).toBeLessThan(0.01);
      expect(found.toneShare).toBeGreaterThan(0.999);
    }
  });

  it('finds the tone between handling noise, and leaves the noise under it out', () => {
    const tone = add(sine(1000, 0.1, 4 * RATE, RATE), noise(0.03, 4 * RATE));
    const found = calibrate(concat(noise(0.5, 2 * RATE), tone, noise(0.5, 2 * RATE)), RATE);
    expect(found.calibrationDbSpl).toBeCloseTo(114, 1);
    expect(found.startSecs).toBeCloseTo(2, 0);
    expect(found.durationSecs).toBeGreaterThanOrEqual(3.5);
  });

  it('does not mind an offset of the recorder', () => {
    const shifted = sine(1000, 0.1, 4 * RATE, RATE).map(x => x + 0.2);
    expect(calibrate(shifted, RATE).calibrationDbSpl).toBeCloseTo(114, 2);
  });

  it('says why a recording will not do', () => {
    expect(() => calibrate(sine(1000, 0.1, 2 * RATE, RATE), RATE)).toThrow(failure('2.0 s long'));
    expect(() => calibrate(new Float32Array(4 * RATE), RATE)).toThrow(failure('silent'));
    expect(() => calibrate(noise(0.3, 4 * RATE), RATE)).toThrow(failure('no clear tone'));
    expect(() => calibrate(sine(500, 0.1, 4 * RATE, RATE), RATE)).toThrow(failure('no clear tone'));
    const clipped = sine(1000, 1.5, 4 * RATE, RATE).map(x => Math.max(-1, Math.min(1, x)));
    expect(() => calibrate(clipped, RATE)).toThrow(failure('clipped'));
    const fading = sine(1000, 0.3, 6 * RATE, RATE).map((x, i) => x * 10 ** (-i / RATE / 10));
    expect(() => calibrate(fading, RATE)).toThrow(failure('not steady'));
    expect(() => calibrate(sine(1000, 0.1, 40_000, 4_000), 4_000)).toThrow(
      expect.objectContaining({ code: 'PARAMETER_INVALID' }),
    );
  });
});
