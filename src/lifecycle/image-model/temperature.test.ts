import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../random.js';
import { fitTemperature } from './temperature.js';

/** Rows whose truth is drawn by the given log-shares, told as if they were `factor` times as sure. */
function drawn(rows: number, groups: number, factor: number, seed: number) {
  const random = new Random(seed);
  const told = new Float64Array(rows * groups);
  const truth = new Int32Array(rows);
  for (let row = 0; row < rows; row++) {
    const logs = Array.from({ length: groups }, () => 2 * random.normal());
    const weights = logs.map(Math.exp);
    let left = random.next() * weights.reduce((a, b) => a + b);
    while (left > weights[truth[row]!]! && truth[row]! < groups - 1) left -= weights[truth[row]!++]!;
    logs.forEach((log, group) => {
      told[row * groups + group] = factor * log;
    });
  }
  return { told, truth };
}

describe('a temperature', () => {
  it('takes back by how much a density is too sure', () => {
    for (const factor of [2, 10, 60]) {
      const { told, truth } = drawn(4000, 4, factor, 1);
      expect(fitTemperature(told, 4, truth) / factor).toBeCloseTo(1, 1);
    }
  });

  it('is 1 where the density is not sure enough, and where it is always right', () => {
    const { told, truth } = drawn(2000, 3, 0.3, 2);
    expect(fitTemperature(told, 3, truth)).toBe(1);
    expect(fitTemperature(Float64Array.of(0, -900, -5, 0), 2, Int32Array.of(0, 1))).toBe(1);
  });

  it('is finite and 1 at least, whatever is said, also of groups that are impossible', () => {
    const logs = fc.oneof(
      fc.double({ min: -1e6, max: 0, noNaN: true }),
      fc.constant(Number.NEGATIVE_INFINITY),
    );
    fc.assert(
      fc.property(
        fc.array(fc.tuple(logs, logs, fc.double({ min: -1e6, max: 0, noNaN: true })), { minLength: 1 }),
        rows => {
          const temperature = fitTemperature(
            Float64Array.from(rows.flat()),
            3,
            new Int32Array(rows.length).fill(2),
          );
          expect(temperature).toBeGreaterThanOrEqual(1);
          expect(Number.isFinite(temperature)).toBe(true);
        },
      ),
    );
  });
});
