import { describe, expect, it } from 'vitest';
import { Random } from '../../random.js';
import { addClacks, CLACK_SECS } from './clacks.js';

const RATE = 16_300;
const random = new Random(1);
const recording = Float32Array.from(
  { length: 10 * RATE },
  (_, t) => 0.1 * Math.sin(t) + 0.02 * random.normal(),
);
const LENGTH = Math.round(CLACK_SECS * RATE);

const power = (samples: Float32Array) =>
  samples.reduce((sum, value) => sum + value * value, 0) / samples.length;
const difference = (a: Float32Array, b: Float32Array) => a.map((value, i) => value - b[i]!);

describe('clacks in a recording', () => {
  it.each([-6, 0, 12])('have the signal-to-noise ratio of %i dB, each', snrDb => {
    const { samples, starts } = addClacks(recording, RATE, { snrDb, seed: 1 });
    const noise = difference(samples, recording);
    for (const start of starts.slice(0, -1)) {
      const clack = noise.subarray(start, start + LENGTH);
      expect(10 * Math.log10(power(recording) / power(clack))).toBeCloseTo(snrDb, 2);
    }
  });

  it('begin at once, decay, and leave the sound between them as it is', () => {
    const { samples, starts } = addClacks(recording, RATE, { snrDb: 0, seed: 2 });
    const noise = difference(samples, recording);
    const start = starts[1]!;
    const part = (from: number) => power(noise.slice(start + from, start + from + LENGTH / 4));
    expect(part(0)).toBeGreaterThan(30 * part(LENGTH / 2));
    expect(power(noise.slice(start + LENGTH, starts[2]!))).toBe(0);
  });

  it('come at random times within the gaps told, so that no second is without one', () => {
    const { starts } = addClacks(recording, RATE, { snrDb: 0, seed: 3 });
    const gaps = starts.slice(1).map((start, i) => (start - starts[i]!) / RATE);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(0.2999);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(0.9001);
    expect(Math.max(...gaps) - Math.min(...gaps)).toBeGreaterThan(0.2);
    expect(starts[0]! / RATE).toBeLessThan(0.9);
  });

  it('are the same by the same seed, and change nothing they were given', () => {
    const short = recording.slice(0, RATE);
    const before = short.slice();
    const a = addClacks(short, RATE, { snrDb: 6, seed: 4 });
    expect(addClacks(short, RATE, { snrDb: 6, seed: 4 })).toEqual(a);
    expect(addClacks(short, RATE, { snrDb: 6, seed: 5 }).starts).not.toEqual(a.starts);
    expect(short).toEqual(before);
  });

  it('refuse ratios and gaps that are none', () => {
    expect(() => addClacks(recording, RATE, { snrDb: Number.NaN, seed: 1 })).toThrow('signal-to-noise ratio');
    expect(() => addClacks(recording, RATE, { snrDb: 0, seed: 1, gapSecs: [1, 0.5] })).toThrow('1 to 0.5 s');
  });
});
