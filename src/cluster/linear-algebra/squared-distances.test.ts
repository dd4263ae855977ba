import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { squaredDistance } from '../matrix.js';
import { largestDifference, randomMatrix } from '../testing/random-matrix.js';
import { choleskyDecompose } from './cholesky.js';
import { gram, transpose } from './products.js';
import { scatter } from './scatter.js';
import { squaredDistances } from './squared-distances.js';
import { solveLower } from './triangular.js';
import { ceil4, packRows, Whitening } from './whitening.js';
import { inWorkspace } from './workspace.js';

describe('squaredDistances', () => {
  it('are those of all pairs of rows, and zero for the same row', () => {
    const sizes = fc.integer({ min: 1, max: 17 });
    fc.assert(
      fc.property(sizes, sizes, sizes, fc.nat(), (m, n, cols, seed) => {
        const a = randomMatrix(m, cols, seed);
        const b = randomMatrix(n, cols, seed + 1);
        const all = squaredDistances(a, b);
        for (let i = 0; i < m * n; i++) {
          const [row, other] = [Math.floor(i / n), i % n];
          expect(all.data[i]).toBeCloseTo(
            squaredDistance(a.data, row * cols, b.data, other * cols, cols),
            10,
          );
        }
        const own = squaredDistances(a, a);
        for (let row = 0; row < m; row++) expect(own.data[row * m + row]).toBe(0);
      }),
      { numRuns: 40 },
    );
  });
});

describe('Whitening', () => {
  const n = 201;
  const l = choleskyDecompose(gram(randomMatrix(300, n, 1)))!;
  const x = randomMatrix(70, n, 2);
  const mean = randomMatrix(1, n, 3).data;
  const shift = randomMatrix(1, n, 4).data;

  /** Distances of chosen rows, with a limit for each. */
  function distances(chosen: readonly number[], limits: readonly number[]): Float64Array {
    return inWorkspace(workspace => {
      const whitening = new Whitening(l, mean, shift);
      const count = ceil4(chosen.length);
      const [rowsAt, loadedAt, limitsAt, outAt] = [count * ceil4(n), whitening.size, count, count].map(
        length => workspace.allocate(length),
      ) as [number, number, number, number];
      whitening.load(workspace, loadedAt);
      workspace.doubles(limitsAt, count).fill(-1).set(limits);
      const rows = packRows(workspace, rowsAt, x, Int32Array.from(chosen), shift);
      whitening.squaredDistances(workspace, loadedAt, rows, limitsAt, outAt);
      return workspace.doubles(outAt, chosen.length).slice();
    });
  }

  const all = [...Array(70).keys()];
  const unlimited = all.map(() => Number.POSITIVE_INFINITY);

  it('gives Mahalanobis distances', () => {
    const expected = all.map(row => {
      const deviation = mean.map((value, col) => x.data[row * n + col]! - value);
      const { data } = solveLower(l, { data: deviation, rows: n, cols: 1 });
      return data.reduce((sum, value) => sum + value * value, 0);
    });
    expect(largestDifference(distances(all, unlimited), expected)).toBeLessThan(1e-9);
  });

  it('leaves those that are too far, and gives the others the same bits', () => {
    const exact = distances(all, unlimited);
    const limits = [...exact].map((distance, row) => distance * (row % 7 === 0 ? 1 : 0.3));
    distances(all, limits).forEach((distance, row) => {
      if (row % 7 === 0) expect(distance).toBe(exact[row]);
      else expect(distance).toBeGreaterThan(limits[row]!);
    });
    expect([...distances([9, 3, 60], unlimited.slice(0, 3))]).toEqual([9, 3, 60].map(row => exact[row]));
  });
});

describe('scatter', () => {
  it('is the weighted sum of products of deviations, exactly symmetric', () => {
    for (const [rows, cols] of [
      [1, 1],
      [5, 3],
      [300, 22],
    ] as const) {
      const x = randomMatrix(rows, cols, 1);
      const mean = randomMatrix(1, cols, 2).data;
      const chosen = Int32Array.from({ length: Math.ceil(rows / 2) }, (_, i) => 2 * i);
      const weights = Float64Array.from(chosen, row => (row % 5) / 4);
      const expected = new Float64Array(cols * cols);
      chosen.forEach((row, i) => {
        const deviation = mean.map((value, col) => x.data[row * cols + col]! - value);
        for (let at = 0; at < expected.length; at++)
          expected[at]! += weights[i]! * deviation[Math.floor(at / cols)]! * deviation[at % cols]!;
      });
      const sum = scatter(x, chosen, weights, mean);
      expect(largestDifference(sum.data, expected)).toBeLessThan(1e-11);
      expect(transpose(sum).data).toEqual(sum.data);
    }
  });
});
