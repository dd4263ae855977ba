import { describe, expect, it } from 'vitest';
import { eventId, originId } from './ids.js';

describe('eventId', () => {
  it('is the same in every run', () => {
    expect(eventId('press-1', 's1', 44_100)).toBe('50c1dac595f0355045ea270362c4d6a5');
  });

  it('differs when any part of the origin differs, also when parts run together', () => {
    const ids = [
      eventId('a', 'b', 1),
      eventId('a', 'b', 2),
      eventId('ab', '', 1),
      eventId('', 'ab', 1),
      eventId('a","b', '', 1),
      originId('segment', 'a', 'b', 1),
    ];
    expect(new Set(ids).size).toBe(ids.length);
  });
});
