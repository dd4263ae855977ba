import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { optimalMatching } from './optimal-matching.js';

/** The best sum over all one-to-one matchings, tried one by one. */
function best(gains: readonly number[], rows: number, cols: number, row = 0, taken = 0): number {
  if (row === rows) return 0;
  let most = rows > cols ? best(gains, rows, cols, row + 1, taken) : Number.NEGATIVE_INFINITY;
  for (let col = 0; col < cols; col++)
    if (!(taken & (1 << col)))
      most = Math.max(most, gains[row * cols + col]! + best(gains, rows, cols, row + 1, taken | (1 << col)));
  return most;
}

describe('optimalMatching', () => {
  it('takes the larger sum, not the largest gain', () => {
    expect([...optimalMatching([10, 9, 9, 1], 2, 2)]).toEqual([1, 0]);
  });

  it('leaves rows out when there are fewer columns', () => {
    expect([...optimalMatching([1, 5, 3], 3, 1)]).toEqual([-1, 0, -1]);
    expect([...optimalMatching([1, 5, 3], 1, 3)]).toEqual([1]);
    expect([...optimalMatching([], 0, 0)]).toEqual([]);
    expect([...optimalMatching([], 2, 0)]).toEqual([-1, -1]);
  });

  it('matches each column once at most, with the largest sum there is', () => {
    const size = fc.integer({ min: 1, max: 5 });
    fc.assert(
      fc.property(
        size,
        size,
        fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 25, maxLength: 25 }),
        (rows, cols, pool) => {
          const gains = pool.slice(0, rows * cols);
          const matched = optimalMatching(gains, rows, cols);
          const used = [...matched].filter(col => col >= 0);
          expect(new Set(used).size).toBe(used.length);
          expect(used).toHaveLength(Math.min(rows, cols));
          const sum = [...matched].reduce(
            (total, col, row) => total + (col < 0 ? 0 : gains[row * cols + col]!),
            0,
          );
          // Gains are not negative, so a full matching is best.
          expect(sum).toBe(best(gains, rows, cols));
        },
      ),
    );
  });
});
