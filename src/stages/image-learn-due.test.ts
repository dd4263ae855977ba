import { describe, expect, it } from 'vitest';
import { dueTask, type ImageLearnTimes, type SinceModel } from './image-learn-due.js';

const TIMES: ImageLearnTimes = {
  ...{ firstAfterImages: 100, updateAfterImages: 10, refitAfterImages: 1000 },
  ...{ refitAfterHours: 24, relabelAfterLabels: 2 },
};
const NOTHING: SinceModel = {
  ...{ imagesSinceFit: 0, hoursSinceFit: 0, images: 0, statements: 0, isOfEncoder: true },
};
const due = (since: Partial<SinceModel>, times: Partial<ImageLearnTimes> = {}) =>
  dueTask({ ...TIMES, ...times }, 5000, { ...NOTHING, ...since });

describe('what is due', () => {
  it('is a first model once the topic holds enough', () => {
    expect([dueTask(TIMES, 99, null), dueTask(TIMES, 100, null)]).toEqual([null, 'first']);
  });

  it('is what is most thorough of all that is due, and nothing before', () => {
    expect(due({})).toBe(null);
    expect(due({ images: 10 })).toBe('update');
    expect(due({ images: 10, statements: 2 })).toBe('relabel');
    expect(due({ images: 1000, statements: 2, imagesSinceFit: 1000 })).toBe('refit');
  });

  it('is new groups after hours only when pictures have come', () => {
    expect(due({ hoursSinceFit: 25, imagesSinceFit: 99 })).toBe(null);
    expect(due({ hoursSinceFit: 25, imagesSinceFit: 100 })).toBe('refit');
  });

  it('is never what is off', () => {
    const off = {
      updateAfterImages: null,
      refitAfterImages: null,
      refitAfterHours: null,
      relabelAfterLabels: null,
    };
    expect(due({ images: 1e6, imagesSinceFit: 1e6, hoursSinceFit: 1e3, statements: 1e3 }, off)).toBe(null);
  });

  it('is nothing but new groups once pictures are encoded in another way', () => {
    expect(due({ isOfEncoder: false, images: 50, statements: 9, imagesSinceFit: 99 })).toBe(null);
    expect(due({ isOfEncoder: false, imagesSinceFit: 100 })).toBe('refit');
  });
});
