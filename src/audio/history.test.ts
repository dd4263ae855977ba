import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SampleHistory } from './sample-history.js';
import { TICK_FIELDS } from './tick.js';
import { TickHistory } from './tick-history.js';

const steps = fc.array(fc.record({ push: fc.nat({ max: 9_000 }), keep: fc.nat({ max: 20_000 }) }), {
  maxLength: 30,
});

describe('sample history', () => {
  it('keeps what it was told to keep, however it grows and shrinks', () => {
    fc.assert(
      fc.property(fc.nat({ max: 1e9 }), steps, (start, all) => {
        const history = new SampleHistory();
        history.restart(start);
        let end = start;
        for (const { push, keep } of all) {
          history.push(Float32Array.from({ length: push }, (_, i) => (end + i) % 4093));
          end += push;
          history.dropBefore(end - keep);
          expect(history.end).toBe(end);
          expect(history.begin).toBe(Math.max(start, Math.min(history.begin, end)));
          const from = Math.max(history.begin, end - keep);
          const copy = history.copy(from, end);
          expect(copy.every((x, i) => x === (from + i) % 4093)).toBe(true);
          expect(copy.length).toBe(end - from);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('gives the memory of a long event back', () => {
    const history = new SampleHistory();
    history.restart(0);
    for (let second = 0; second < 60; second++) history.push(new Float32Array(22_050));
    expect(history.bytes).toBeGreaterThan(60 * 22_050 * 4);
    history.dropBefore(60 * 22_050 - 11_025);
    expect(history.bytes).toBeLessThan(4 * 22_050 * 4);
    expect(history.copy(60 * 22_050 - 11_025, 60 * 22_050).length).toBe(11_025);
  });
});

describe('tick history', () => {
  it('keeps what it was told to keep, however it grows and shrinks', () => {
    const tick = new Float64Array(TICK_FIELDS);
    fc.assert(
      fc.property(steps, all => {
        const history = new TickHistory();
        let end = 0;
        for (const { push, keep } of all) {
          for (let i = 0; i < push % 500; i++) history.push(tick.fill(end++));
          history.dropBefore(end - (keep % 500));
          expect(history.end).toBe(end);
          for (let i = Math.max(history.begin, end - (keep % 500)); i < end; i++) {
            expect(history.at(i)).toEqual(tick.fill(i));
          }
        }
      }),
      { numRuns: 30 },
    );
  });
});
