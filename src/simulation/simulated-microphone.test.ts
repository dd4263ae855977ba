import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { measureLevels } from '../audio/measure-levels.js';
import type { Fault } from './faults.js';
import {
  type MicrophoneSpec,
  microphoneSchedule,
  type SimulatedChunk,
  simulatedMicrophone,
} from './simulated-microphone.js';
import { MICROPHONE, RATE_HZ, take } from './testing/plant.js';

const record = (changes: Partial<MicrophoneSpec>, seed: number, chunks: number) =>
  take(simulatedMicrophone({ ...MICROPHONE, ...changes }, seed), chunks);
const withFaults = (faults: readonly Fault[], chunks: number) => record({ faults }, 5, chunks);
const soundOf = (chunks: readonly SimulatedChunk[]) =>
  Float32Array.from(chunks.flatMap(({ samples }) => [...samples]));

describe('simulatedMicrophone', () => {
  it('records the same sound for the same seed, and another for another', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), (seed, other) => {
        const chunks = record({}, seed, 8);
        expect(record({}, seed, 8)).toEqual(chunks);
        if (other !== seed) expect(soundOf(record({}, other, 8))).not.toEqual(soundOf(chunks));
      }),
      { numRuns: 20 },
    );
  });

  it('records the same sound however it is cut into chunks', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 100, max: 9000 }), (seed, chunkSamples) => {
        const whole = soundOf(record({ chunkSecs: 4 }, seed, 1));
        const count = Math.ceil(whole.length / chunkSamples);
        const cut = soundOf(record({ chunkSecs: chunkSamples / RATE_HZ }, seed, count));
        expect(cut.subarray(0, whole.length)).toEqual(whole);
      }),
      { numRuns: 20 },
    );
  });

  it('counts samples and time without a break', () => {
    const chunks = record({ chunkSecs: 0.3333 }, 1, 50);
    chunks.forEach(({ firstSample, clockUs, dueUs, samples }, i) => {
      expect(firstSample).toBe(i * samples.length);
      expect(clockUs).toBe(Math.round((firstSample * 1e6) / RATE_HZ));
      expect(dueUs).toBe(Math.round(((firstSample + samples.length) * 1e6) / RATE_HZ));
    });
  });

  it('is loud while a scheduled sound plays, and as loud as the background else', () => {
    const seed = 3;
    const sound = soundOf(record({}, seed, 60));
    const level = (from: number, count: number) =>
      measureLevels(sound.subarray(from, from + count), RATE_HZ, MICROPHONE).overall.laeqDb ?? 0;
    let quietFrom = 0;
    for (const { firstSample, sampleCount } of take(microphoneSchedule(MICROPHONE, seed), 12)) {
      expect(level(firstSample, sampleCount)).toBeGreaterThan(95);
      if (firstSample > quietFrom) expect(level(quietFrom, firstSample - quietFrom)).toBeLessThan(66);
      quietFrom = firstSample + sampleCount;
    }
  });

  it('loses the chunks of a gap and counts on', () => {
    const chunks = withFaults([{ type: 'gap', fromSecs: 2, lastsSecs: 1, everySecs: 10 }], 30);
    const numbers = chunks.map(({ firstSample }) => firstSample / (RATE_HZ / 2));
    expect(numbers.slice(0, 6)).toEqual([0, 1, 2, 3, 6, 7]);
    expect(numbers).not.toContain(24);
  });

  it('sends exact zeros while it is silent, and the sound that it would have had afterwards', () => {
    const chunks = withFaults([{ type: 'silence', fromSecs: 2, lastsSecs: 1, everySecs: 10 }], 10);
    const healthy = withFaults([], 10);
    chunks.forEach(({ samples }, i) => {
      if (i === 4 || i === 5) expect(samples.every(sample => sample === 0)).toBe(true);
      else expect(samples).toEqual(healthy[i]!.samples);
    });
  });

  it('has a slow clock until it is set right; when a chunk can be sent does not depend on it', () => {
    const chunks = withFaults([{ type: 'clock_jump', atSecs: 2, jumpSecs: 1.5 }], 10);
    const healthy = withFaults([], 10);
    const errors = chunks.map(({ clockUs }, i) => clockUs - healthy[i]!.clockUs);
    expect(errors).toEqual([...Array(4).fill(-1_500_000), ...Array(6).fill(0)]);
    expect(chunks.map(({ dueUs }) => dueUs)).toEqual(healthy.map(({ dueUs }) => dueUs));
  });

  it('sends some chunks twice, right after each other', () => {
    const chunks = withFaults([{ type: 'duplicates', share: 0.25 }], 200);
    const again = chunks.filter((chunk, i) => chunk.firstSample === chunks[i - 1]?.firstSample);
    expect(again.length).toBeGreaterThan(20);
    expect(again.length).toBeLessThan(60);
    expect(new Set(chunks.map(({ firstSample }) => firstSample)).size).toBe(chunks.length - again.length);
  });
});
