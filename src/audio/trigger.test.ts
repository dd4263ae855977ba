import { describe, expect, it } from 'vitest';
import { Trigger } from './trigger.js';

const LEVELS = { openPower: 10, releasePower: 5, releaseTicks: 3, holdOffTicks: 0 };

/** Steps through levels and tells what happened at which tick. */
function follow(trigger: Trigger, powers: readonly number[]): string[] {
  return powers.flatMap((power, tick) => {
    const change = trigger.step(power);
    return change === null ? [] : [`${change} at ${tick}: ${trigger.onset}-${trigger.offset}`];
  });
}

describe('trigger', () => {
  it('opens at the threshold, and closes when the level has stayed below the release level', () => {
    expect(follow(new Trigger(LEVELS), [1, 9.9, 10, 12, 4, 4, 4, 1])).toEqual([
      'opened at 2: 2-3',
      'closed at 6: 2-4',
    ]);
  });

  it('stays open between release level and threshold', () => {
    const trigger = new Trigger(LEVELS);
    expect(follow(trigger, [10, ...new Array(50).fill(5), 4.9, 4.9])).toHaveLength(1);
    expect(trigger.isOpen).toBe(true);
    expect(trigger.isLoud).toBe(false);
  });

  it('takes a sound that comes back before the release time for the same event', () => {
    expect(follow(new Trigger(LEVELS), [10, 1, 1, 6, 1, 1, 10, 1, 1, 1])).toEqual([
      'opened at 0: 0-1',
      'closed at 9: 0-7',
    ]);
  });

  it('stays shut for the hold-off after an event', () => {
    const trigger = new Trigger({ ...LEVELS, releaseTicks: 1, holdOffTicks: 3 });
    expect(follow(trigger, [10, 1])).toEqual(['opened at 0: 0-1', 'closed at 1: 0-1']);
    expect(trigger.isIdle).toBe(false);
    expect(follow(trigger, [10, 10, 10])).toEqual([]);
    expect(trigger.isIdle).toBe(true);
    expect(follow(trigger, [10])).toEqual(['opened at 0: 5-6']);
  });

  it('starts over open only while the sound is loud', () => {
    const loud = new Trigger(LEVELS);
    follow(loud, [1, 10, 7]);
    expect(loud.restart()).toBe(true);
    expect(loud.onset).toBe(3);
    // Over at once: it lasts a tick all the same.
    expect(follow(loud, [1, 1, 1])).toEqual(['closed at 2: 3-4']);
    const ending = new Trigger(LEVELS);
    follow(ending, [1, 10, 1]);
    expect(ending.restart()).toBe(false);
    expect(ending.isIdle).toBe(true);
    const held = new Trigger({ ...LEVELS, holdOffTicks: 100 });
    follow(held, [10, 1, 1, 1]);
    expect(held.restart()).toBe(false);
    expect(held.isIdle).toBe(true);
  });
});
