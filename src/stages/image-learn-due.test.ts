import { describe, expect, it } from 'vitest';
import { dueTasks, type ImageLearnTimes, type SinceModel } from './image-learn-due.js';

const TIMES: ImageLearnTimes = {
  ...{ firstAfterImages: 100, updateAfterImages: 10, refitAfterImages: 1000 },
  ...{ refitAfterHours: 24, relabelAfterLabels: 2 },
};
const NOTHING: SinceModel = {
  ...{ imagesSinceFit: 0, hoursSinceFit: 0, images: 0, statements: 0, isOfEncoder: true },
};
const due = (since: Partial<SinceModel>, times: Partial<ImageLearnTimes> = {}) =>
  dueTasks({ ...TIMES, ...times }, 5000, { ...NOTHING, ...since });

describe('what is due', () => {
  it('is a first model once the topic holds enough', () => {
    expect([dueTasks(TIMES, 99, null), dueTasks(TIMES, 100, null)]).toEqual([[], ['first']]);
  });

  it('is all that is due, the most thorough first, and nothing before', () => {
    expect(due({})).toEqual([]);
    expect(due({ images: 10 })).toEqual(['update']);
    expect(due({ images: 10, statements: 2 })).toEqual(['relabel', 'update']);
    expect(due({ images: 1000, statements: 2, imagesSinceFit: 1000 })).toEqual([
      'refit',
      'relabel',
      'update',
    ]);
  });

  it('is new groups after hours only when pictures have come', () => {
    expect(due({ hoursSinceFit: 25, imagesSinceFit: 99 })).toEqual([]);
    expect(due({ hoursSinceFit: 25, imagesSinceFit: 100 })).toEqual(['refit']);
  });

  it('is never what is off', () => {
    const off = {
      updateAfterImages: null,
      refitAfterImages: null,
      refitAfterHours: null,
      relabelAfterLabels: null,
    };
    expect(due({ images: 1e6, imagesSinceFit: 1e6, hoursSinceFit: 1e3, statements: 1e3 }, off)).toEqual([]);
  });

  it('is nothing but new groups once pictures are encoded in another way', () => {
    expect(due({ isOfEncoder: false, images: 50, statements: 9, imagesSinceFit: 99 })).toEqual([]);
    expect(due({ isOfEncoder: false, imagesSinceFit: 100, images: 10 })).toEqual(['refit']);
  });
});
