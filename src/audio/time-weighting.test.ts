import { describe, expect, it } from 'vitest';
import { measureLevels } from './measure-levels.js';
import { concat, sine } from './testing/signals.js';
import { TimeWeighting } from './time-weighting.js';

describe('time weighting', () => {
  it('reaches 1 − 1/e of a step after its time constant', () => {
    for (const [kind, secs] of [
      ['fast', 0.125],
      ['slow', 1],
    ] as const) {
      const average = new TimeWeighting(kind, 16_000);
      average.process(new Float64Array(16_000 * secs).fill(2), 16_000 * secs);
      expect(average.power).toBeCloseTo(2 * (1 - Math.exp(-1)), 3);
    }
  });

  it('falls by 34.7 dB/s (Fast) and 4.3 dB/s (Slow)', () => {
    for (const [kind, decay] of [
      ['fast', 34.74],
      ['slow', 4.34],
    ] as const) {
      const average = new TimeWeighting(kind, 8_000);
      average.process(new Float64Array(40_000).fill(1), 40_000);
      const before = average.power;
      average.process(new Float64Array(8_000), 8_000);
      expect(10 * Math.log10(before / average.power)).toBeCloseTo(decay, 1);
    }
  });

  it('keeps the largest value until it is taken', () => {
    const average = new TimeWeighting('fast', 8_000);
    average.process(new Float64Array(800).fill(1), 800);
    const peak = average.power;
    average.process(new Float64Array(800), 800);
    expect(average.takeMax()).toBe(peak);
    average.process(new Float64Array(1), 1);
    expect(average.takeMax()).toBe(average.power);
  });

  it("gives the standard's reading of 4 kHz tone bursts", () => {
    // IEC 61672-1, table 4: burst length in ms, LAFmax relative to the steady tone.
    const bursts = [
      [500, -0.1],
      [200, -1.0],
      [100, -2.6],
      [50, -4.8],
      [20, -8.3],
      [10, -11.1],
      [5, -14.1],
    ] as const;
    const rate = 48_000;
    const steady = measureLevels(sine(4000, 0.5, 2 * rate, rate), rate).overall.lafMaxDb!;
    for (const [ms, relativeDb] of bursts) {
      const silence = new Float32Array(rate / 2);
      const burst = concat(silence, sine(4000, 0.5, (ms * rate) / 1000, rate), silence);
      expect(Math.abs(measureLevels(burst, rate).overall.lafMaxDb! - steady - relativeDb)).toBeLessThan(0.2);
    }
  });
});
