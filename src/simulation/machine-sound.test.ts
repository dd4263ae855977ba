import { describe, expect, it } from 'vitest';
import { toneAt } from '../audio/tone.js';
import { MachineSound } from './machine-sound.js';
import type { MachineSpec } from './machine-spec.js';

const SETTING = { sampleRateHz: 16_000, calibrationDbSpl: 130 };
const RATE = SETTING.sampleRateHz;
const PRESS: MachineSpec = {
  cycleSecs: 2,
  motions: [
    { type: 'sweep', atSecs: 0.1, lastsSecs: 0.5, levelDb: 72, lowHz: 240, highHz: 1300 },
    { type: 'stroke', atSecs: 1, lastsSecs: 0.3, levelDb: 75, ringHz: 420 },
  ],
};
const WEAR = {
  fromSecs: 5,
  overSecs: 20,
  levelDb: 70,
  passHz: 87,
  resonanceHz: 2900,
  whineHz: 2130,
};
const CLACKS = { fromSecs: 4, everySecs: [1, 3], levelDb: 80 } as const;

function soundOf(spec: MachineSpec, secs: number, { seed = 1, chunk = RATE } = {}): Float32Array {
  const machine = new MachineSound(spec, SETTING, seed);
  const out = new Float32Array(secs * RATE);
  for (let at = 0; at < out.length; at += chunk) machine.add(out.subarray(at, at + chunk), at);
  return out;
}

/** What a fault adds. */
function added(fault: Partial<MachineSpec>, secs: number): Float32Array {
  const healthy = soundOf(PRESS, secs);
  return soundOf({ ...PRESS, ...fault }, secs).map((sample, i) => sample - healthy[i]!);
}

/** dB SPL, unweighted. */
function levelDb(samples: Float32Array, fromSecs: number, toSecs: number): number {
  const part = samples.subarray(fromSecs * RATE, toSecs * RATE);
  const power = part.reduce((sum, sample) => sum + sample * sample, 0) / part.length;
  return 10 * Math.log10(2 * power) + SETTING.calibrationDbSpl;
}

describe('the sound of a machine', () => {
  it('is the same for the same seed, however it is cut, and another for another', () => {
    const faulty = { ...PRESS, wear: WEAR, clacks: CLACKS };
    const sound = soundOf(faulty, 12);
    expect(soundOf(faulty, 12, { chunk: 1234 })).toEqual(sound);
    expect(soundOf(faulty, 12, { seed: 2 })).not.toEqual(sound);
  });

  it('repeats itself, cycle by cycle, and is never quite the same', () => {
    const sound = soundOf(PRESS, 40);
    const levels = Array.from({ length: 780 }, (_, i) => levelDb(sound, i / 20, i / 20 + 0.1));
    // Where nothing moves there is no sound at all; that is as quiet as anything audible gets here.
    const audible = levels.map(level => Math.max(level, 40));
    const mean = audible.reduce((a, b) => a + b) / audible.length;
    const likeness = (lag: number) => {
      let sum = 0;
      for (let i = 0; i + lag < audible.length; i++) sum += (audible[i]! - mean) * (audible[i + lag]! - mean);
      return sum / (audible.length - lag);
    };
    expect(likeness(40)).toBeGreaterThan(0.7 * likeness(0));
    expect(likeness(40)).toBeLessThan(0.99 * likeness(0));
    expect(likeness(20)).toBeLessThan(0.2 * likeness(0));
  });

  it('has motions of the level that they are said to have', () => {
    const [sweep] = PRESS.motions;
    const levels = (motions: MachineSpec['motions']) => {
      const sound = soundOf({ ...PRESS, motions }, 40);
      return Array.from({ length: 780 }, (_, i) => levelDb(sound, i / 20, i / 20 + 0.05));
    };
    // Two harmonics add 1.2 dB.
    expect(Math.max(...levels([sweep!]))).toBeGreaterThan(72);
    expect(Math.max(...levels([sweep!]))).toBeLessThan(76);
    expect(Math.max(...levels(PRESS.motions))).toBeLessThan(80);
  });
});

describe('a bearing that wears', () => {
  const wear = added({ wear: WEAR }, 40);

  it('is not heard before, rises by the same number of decibels each second, and stays there', () => {
    expect(wear.subarray(0, 5 * RATE).every(sample => sample === 0)).toBe(true);
    // The whine, 6 dB weaker than the noise, adds 1 dB.
    expect(levelDb(wear, 30, 40)).toBeCloseTo(71, 0);
    expect(levelDb(wear, 14.5, 15.5)).toBeCloseTo(71 - 10, 0);
    const rise = levelDb(wear, 19.5, 20.5) - levelDb(wear, 9.5, 10.5);
    expect(Math.abs(rise - 10)).toBeLessThan(1);
  });

  it('rings at its resonance and whines', () => {
    const at = (frequencyHz: number) => {
      const levels = Array.from({ length: 40 }, (_, i) =>
        toneAt(wear, 30 * RATE + i * 3200, 3200, frequencyHz, RATE),
      );
      return 10 * Math.log10(levels.reduce((sum, { levelDb }) => sum + 10 ** (levelDb / 10), 0) / 40);
    };
    expect(at(2900)).toBeGreaterThan(at(1500) + 15);
    expect(at(2900)).toBeGreaterThan(at(5000) + 15);
    expect(at(2130) + SETTING.calibrationDbSpl).toBeCloseTo(70 - 6, 0);
    expect(at(2130)).toBeGreaterThan(at(2080) + 10);
  });

  it('swells and fades with each ball that passes', () => {
    const power = wear.subarray(30 * RATE, 38 * RATE).map(sample => 1e6 * sample * sample);
    const shareAt = (frequencyHz: number) => {
      const shares = Array.from(
        { length: 40 },
        (_, i) => toneAt(power, i * 3200, 3200, frequencyHz, RATE).share,
      );
      return shares.reduce((a, b) => a + b) / shares.length;
    };
    expect(shareAt(87)).toBeGreaterThan(5 * shareAt(60));
    expect(shareAt(87)).toBeGreaterThan(5 * shareAt(120));
  });
});

describe('clacks', () => {
  const clacks = added({ clacks: CLACKS }, 60);
  const starts: number[] = [];
  for (let i = 0; i < clacks.length; i++) {
    if (clacks[i] === 0) continue;
    starts.push(i / RATE);
    i += RATE / 10;
  }

  it('begin at their time and come now and then', () => {
    expect(starts[0]).toBeCloseTo(4, 3);
    const gaps = starts.slice(1).map((start, i) => start - starts[i]!);
    expect(Math.min(...gaps)).toBeGreaterThan(0.99);
    expect(Math.max(...gaps)).toBeLessThan(3.01);
    expect(Math.max(...gaps) - Math.min(...gaps)).toBeGreaterThan(1);
  });

  it('are short and have their level while they last', () => {
    const levels = starts.map(start => levelDb(clacks, start, start + 0.04));
    expect(levels.reduce((a, b) => a + b) / levels.length).toBeCloseTo(80, 0);
    expect(
      starts.every(start => levelDb(clacks, start + 0.041, start + 0.5) === Number.NEGATIVE_INFINITY),
    ).toBe(true);
  });
});
