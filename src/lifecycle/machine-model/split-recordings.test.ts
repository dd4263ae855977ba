import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SegmentedRecording } from './segment-set.js';
import { splitRecordings } from './split-recordings.js';

function recordings(...sizes: readonly number[]): SegmentedRecording[] {
  let first = 0;
  return sizes.map((rows, i) => {
    const recording = { name: `${i}`, durationSecs: rows, first, rows, silent: 0 };
    first += rows;
    return { ...recording, resampledFromHz: null, clippedShare: 0 };
  });
}

const SHARES = { validation: 0.2, test: 0.3 };

describe('a split by recording', () => {
  it('has every recording in one part, none empty, and the same by the same seed', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 3, maxLength: 30 }),
        fc.nat(),
        (sizes, seed) => {
          const all = recordings(...sizes);
          const split = splitRecordings(all, SHARES, seed);
          const { training, validation, test } = split;
          const parted = [...training, ...validation, ...test];
          expect(parted.toSorted((a, b) => a.first - b.first)).toEqual(all);
          for (const part of [training, validation, test]) expect(part.length).toBeGreaterThan(0);
          expect(splitRecordings(all, SHARES, seed)).toEqual(split);
        },
      ),
    );
  });

  it('gives each part its share of the segments', () => {
    const { training, validation, test } = splitRecordings(recordings(...Array(50).fill(10)), SHARES, 7);
    expect([training, validation, test].map(part => part.length)).toEqual([25, 10, 15]);
    expect(splitRecordings(recordings(...Array(50).fill(10)), SHARES, 8).test).not.toEqual(test);
  });

  it('leaves out silent recordings, and the test part when none is wanted', () => {
    const all = recordings(5, 0, 5);
    const { training, validation, test } = splitRecordings(all, { validation: 0.2, test: 0 }, 1);
    expect([training.length, validation.length, test.length]).toEqual([1, 1, 0]);
    expect([...training, ...validation]).not.toContain(all[1]);
  });

  it('refuses fewer recordings than parts, and shares that leave nothing', () => {
    expect(() => splitRecordings(recordings(100, 100), SHARES, 1)).toThrow(
      '3 recordings are needed at least, since none may be in two parts, and there are 2.',
    );
    expect(() => splitRecordings(recordings(1, 1, 1), { validation: 0.6, test: 0.4 }, 1)).toThrow(
      'must leave something to train with, not take 0.6 and 0.4',
    );
  });
});
