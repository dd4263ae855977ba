import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../random.js';
import { inWorkspace } from './linear-algebra/workspace.js';
import { type Matrix, squaredDistance } from './matrix.js';
import { Points } from './points.js';
import { RoundedPoints } from './rounded-points.js';
import { fromRows } from './testing/goldens.js';
import { randomMatrix } from './testing/random-matrix.js';

/** The true distance of two rows, and whether the rounded ones say that it is not below `distance`. */
function compare(x: Matrix, distance: (i: number, j: number) => number) {
  return inWorkspace(workspace => {
    const rounded = new RoundedPoints(new Points(workspace, x));
    const squares = rounded.squares();
    const told: { readonly exact: number; readonly asked: number; readonly isFar: boolean }[] = [];
    for (let i = 0; i < x.rows; i++) {
      rounded.measure(rounded.addressOf(i));
      for (let j = 0; j < x.rows; j++) {
        const exact = Math.sqrt(squaredDistance(x.data, i * x.cols, x.data, j * x.cols, x.cols));
        const asked = distance(i, j) * exact;
        told.push({ exact, asked, isFar: squares[j]! >= rounded.limit(j, asked) });
      }
    }
    return told;
  });
}

describe('RoundedPoints', () => {
  it('never call a point far that is near, wherever the points lie', () => {
    const size = fc.integer({ min: 1, max: 20 });
    const power = fc.integer({ min: -60, max: 60 });
    fc.assert(
      fc.property(size, size, power, power, fc.nat(), (rows, cols, spread, shift, seed) => {
        const random = new Random(seed);
        const data = randomMatrix(rows, cols, seed).data.map(value => 2 ** spread * value + 2 ** shift);
        const factor = 1 + 1e-6 * random.normal();
        for (const { exact, asked, isFar } of compare({ data, rows, cols }, () => factor))
          if (isFar) expect(exact).toBeGreaterThanOrEqual(asked * (1 - 1e-12));
      }),
      { numRuns: 100 },
    );
  });

  it('tell nearly all distances apart that differ by a hundredth', () => {
    const told = compare(randomMatrix(60, 64, 1), () => 0.99).filter(({ exact }) => exact > 0);
    expect(told.filter(({ isFar }) => isFar).length).toBeGreaterThan(0.99 * told.length);
    expect(compare(randomMatrix(60, 64, 1), () => 1.01).some(({ isFar }) => isFar)).toBe(false);
  });

  it('say nothing of numbers that can not be squared, and of points outside their grid', () => {
    expect(compare(fromRows([[1e200], [-1e200], [0]]), () => 0.5).some(({ isFar }) => isFar)).toBe(false);
    inWorkspace(workspace => {
      const { grid } = new RoundedPoints(new Points(workspace, fromRows([[0], [1]])));
      const others = new RoundedPoints(new Points(workspace, fromRows([[0.25], [7]])), grid);
      expect(others.off[0]).toBeLessThan(1e-3);
      expect(others.off[1]).toBe(Number.POSITIVE_INFINITY);
    });
  });
});
