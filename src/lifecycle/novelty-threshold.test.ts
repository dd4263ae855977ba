import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quantile } from '../quantile.js';
import { Random } from '../random.js';
import { noveltyThreshold } from './novelty-threshold.js';

/** Log-likelihoods of events in a mixture of groups of different width, of ten dimensions. */
function draw(count: number, random: Random): Float64Array {
  return Float64Array.from({ length: count }, () => {
    const group = random.int(3);
    let squares = 0;
    for (let i = 0; i < 10; i++) squares += random.normal() ** 2;
    return -squares / 2 - 3 * group;
  });
}

describe('the threshold of what is novel', () => {
  it.each([6, 12, 30, 100, 400])(
    'calls about as many new events novel as it shall, told by %i; the plain quantile calls more',
    events => {
      const random = new Random(events);
      const fresh = draw(20_000, random).sort();
      const below = (threshold: number) => fresh.findIndex(value => value >= threshold) / fresh.length;
      let [ours, plain] = [0, 0];
      const samples = 200;
      for (let i = 0; i < samples; i++) {
        const sample = draw(events, random);
        ours += below(noveltyThreshold(sample, 0.01).logLikelihood) / samples;
        plain += below(quantile(sample, 0.01)) / samples;
      }
      expect(ours).toBeLessThan(0.015);
      expect(ours).toBeGreaterThan(0.002);
      if (events <= 100) expect(plain).toBeGreaterThan(0.018);
    },
  );

  it.each([
    [20, 5],
    [400, 50],
  ])('is the predictive quantile of the exponential tail: of %i events the lowest %i', (n, m) => {
    // The lowest lack 1, 2 .. m to the next one above.
    const sample = Float64Array.from({ length: n }, (_, i) => i - m);
    const p = (m + 1) / (n + 1);
    const lack = (m + 1) / 2;
    for (const q of [0.001, 0.01])
      expect(noveltyThreshold(sample, q).logLikelihood).toBeCloseTo(-m * lack * ((p / q) ** (1 / m) - 1), 9);
  });

  it('is marked as provisional while less than one of the events can lie below it', () => {
    const random = new Random(1);
    const marked = (events: number, q: number) => noveltyThreshold(draw(events, random), q).provisional;
    expect([marked(12, 0.01), marked(98, 0.01), marked(99, 0.01)]).toEqual([true, true, false]);
    expect([marked(12, 0.1), marked(12, 0)]).toEqual([false, true]);
    expect(noveltyThreshold(draw(12, random), 0.01)).toMatchObject({ quantile: 0.01, heldOutEvents: 12 });
  });

  it('is the plain quantile where that is well within the events', () => {
    const sample = draw(100, new Random(2));
    for (const q of [0.3, 0.5, 1])
      expect(noveltyThreshold(sample, q).logLikelihood).toBe(quantile(sample, q));
    // Lower than any, and a number all the same.
    expect(noveltyThreshold(sample, 0).logLikelihood).toBe(noveltyThreshold(sample, 1e-6).logLikelihood);
    expect(noveltyThreshold(Float64Array.of(-3), 0.01).logLikelihood).toBe(-3);
  });

  it('falls with q, moves and stretches with the likelihoods, and is finite', () => {
    const values = fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(values, fc.integer({ min: 1, max: 100 }), (numbers, percent) => {
        const at = (data: readonly number[], q: number) =>
          noveltyThreshold(Float64Array.from(data), q).logLikelihood;
        const threshold = at(numbers, percent / 100);
        expect(Number.isFinite(threshold)).toBe(true);
        const moved = at(
          numbers.map(value => 2 * value + 5),
          percent / 100,
        );
        expect(moved).toBeCloseTo(2 * threshold + 5, 6);
        expect(threshold).toBeGreaterThanOrEqual(at(numbers, percent / 200) - 1e-9);
      }),
    );
  });
});
