import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { soundSchedule } from './sound-schedule.js';
import { PRESS, RATE_HZ, SAW, take, toneSource } from './testing/plant.js';

const RHYTHM = { soundSecs: [0.5, 1], pauseSecs: [0.2, 0.8] } as const;
const heard = [PRESS, SAW].map(source => ({ source, fromSecs: 0 }));

describe('soundSchedule', () => {
  it('plays pieces of the recordings, one after the other, with a pause between them', () => {
    fc.assert(
      fc.property(fc.nat(), seed => {
        let end = 0;
        for (const visit of take(soundSchedule(heard, RHYTHM, { sampleRateHz: RATE_HZ, seed }), 50)) {
          const { firstSample, sampleCount, recordingStart, recording, source } = visit;
          expect(sampleCount / RATE_HZ).toBeGreaterThanOrEqual(0.499);
          expect(sampleCount / RATE_HZ).toBeLessThanOrEqual(1.001);
          expect(recordingStart + sampleCount).toBeLessThanOrEqual(
            source.recordings[recording]!.samples.length,
          );
          if (end > 0) expect((firstSample - end) / RATE_HZ).toBeGreaterThan(0.198);
          end = firstSample + sampleCount;
        }
      }),
    );
  });

  it('plays each sound once a round', () => {
    const names = take(soundSchedule(heard, RHYTHM, { sampleRateHz: RATE_HZ, seed: 4 }), 40).map(
      ({ source }) => source.name,
    );
    for (let i = 0; i < names.length; i += 2)
      expect(names.slice(i, i + 2).toSorted()).toEqual(['press', 'saw']);
  });

  it('keeps a sound back until its time', () => {
    const late = { source: toneSource('dog', 700), fromSecs: 20 };
    const visits = take(soundSchedule([...heard, late], RHYTHM, { sampleRateHz: RATE_HZ, seed: 9 }), 60);
    const barks = visits.filter(({ source }) => source.name === 'dog');
    expect(barks.length).toBeGreaterThan(5);
    for (const { firstSample } of barks) expect(firstSample).toBeGreaterThanOrEqual(20 * RATE_HZ);
  });

  it('plays nothing where nothing is heard', () => {
    expect(take(soundSchedule([], RHYTHM, { sampleRateHz: RATE_HZ, seed: 1 }), 5)).toEqual([]);
  });

  it('plays a recording that is shorter than a sound as a whole', () => {
    const long = { soundSecs: [5, 6], pauseSecs: [1, 1] } as const;
    const [visit] = take(soundSchedule(heard, long, { sampleRateHz: RATE_HZ, seed: 1 }), 1);
    expect(visit).toMatchObject({ sampleCount: 2 * RATE_HZ, recordingStart: 0 });
  });
});
