import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IdleKeys } from './idle-keys.js';

const SECOND = 1_000_000;

/** Hears messages in order; gives who fell silent at which of them. */
function hear(keys: IdleKeys, log: readonly (readonly [key: string, seconds: number])[]): string[] {
  return log.flatMap(([key, seconds], i) => keys.heard(key, seconds * SECOND).map(idle => `${i}: ${idle}`));
}

describe('IdleKeys', () => {
  it('finds the one that fell silent, once two others have moved on by more than the limit', () => {
    const log = [
      ['a', 0],
      ['b', 0],
      ['c', 0],
      ['b', 1],
      ['c', 1],
      ['b', 12],
      ['c', 10],
      ['c', 11],
      ['b', 30],
    ] as const;
    expect(hear(new IdleKeys(10 * SECOND), log)).toEqual(['7: a']);
  });

  it('goes by the only other one where there are two', () => {
    const log = [
      ['a', 0],
      ['b', 1],
      ['b', 11],
      ['b', 12],
    ] as const;
    expect(hear(new IdleKeys(10 * SECOND), log)).toEqual(['3: a']);
  });

  it('never closes a key that is alone: nothing tells that time went on', () => {
    expect(hear(new IdleKeys(10 * SECOND), [['a', 0]])).toEqual([]);
    const jumping = [
      ['a', 0],
      ['a', 1000],
      ['a', 0],
    ] as const;
    expect(hear(new IdleKeys(10 * SECOND), jumping)).toEqual([]);
  });

  it('closes nobody because one clock jumps', () => {
    const log: [string, number][] = [];
    for (let t = 0; t < 60; t++) {
      for (const key of ['a', 'b', 'c']) log.push([key, t]);
      log.push(['wild', t % 2 === 0 ? t : t + 86_400]);
    }
    expect(hear(new IdleKeys(10 * SECOND), log)).toEqual([]);
  });

  it('counts how far the others went, not what their clocks say: they need not agree', () => {
    const log = [
      ['a', 0],
      ['b', 5000],
      ['c', 90_000],
      ['b', 5009],
      ['c', 90_009],
    ] as const;
    expect(hear(new IdleKeys(10 * SECOND), log)).toEqual([]);
  });

  it('closes all that fell silent, one after another, when one alone is left', () => {
    const log = [
      ['b', 0],
      ['a', 0],
      ['c', 0],
      ['c', 20],
      ['c', 21],
    ] as const;
    expect(hear(new IdleKeys(10 * SECOND), log)).toEqual(['3: a', '4: b']);
  });

  it('takes a key that was heard again for new', () => {
    const log = [
      ['a', 0],
      ['b', 0],
      ['b', 20],
      ['a', 21],
      ['b', 25],
      ['b', 40],
    ] as const;
    expect(hear(new IdleKeys(10 * SECOND), log)).toEqual(['2: a', '5: a']);
  });

  it('names several at once in an order that does not depend on who was heard first', () => {
    const rest = [
      ['c', 0],
      ['d', 0],
      ['c', 20],
      ['d', 20],
    ] as const;
    const oneWay = [['b', 0], ['a', 0], ...rest] as const;
    const otherWay = [['a', 0], ['b', 0], ...rest] as const;
    expect(hear(new IdleKeys(10 * SECOND), oneWay)).toEqual(['5: a', '5: b']);
    expect(hear(new IdleKeys(10 * SECOND), otherWay)).toEqual(['5: a', '5: b']);
  });

  it('gives the same answer of a key when the log is replayed from any of its messages on', () => {
    const message = fc.tuple(fc.constantFrom('a', 'b', 'c', 'd', 'e'), fc.integer({ min: -2, max: 8 }));
    fc.assert(
      fc.property(fc.array(message, { maxLength: 80 }), fc.nat(), (steps, from) => {
        let seconds = 100;
        const log = steps.map(([key, step]) => {
          seconds += step;
          return [key, seconds] as const;
        });
        const answers = (start: number) => {
          const keys = new IdleKeys(10 * SECOND);
          return log.map(([key, at], i) => (i < start ? [] : keys.heard(key, at * SECOND)));
        };
        const whole = answers(0);
        const start = from % (log.length + 1);
        const replayed = answers(start);
        // Keys that are heard in the replay are known from there on, as they would be without the crash.
        const known = new Set<string>();
        log.forEach(([key], i) => {
          if (i >= start) {
            expect(replayed[i]).toEqual(whole[i]!.filter(idle => known.has(idle)));
            known.add(key);
          }
        });
      }),
      { numRuns: 500 },
    );
  });
});
