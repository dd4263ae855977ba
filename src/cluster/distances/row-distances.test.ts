import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../random.js';
import { arbitraryMatrix } from '../testing/arbitrary-matrix.js';
import { fromRows } from '../testing/goldens.js';
import { condensedDistances } from './condensed-distances.js';
import { nearestNeighbours } from './nearest-neighbours.js';
import { RowDistances } from './row-distances.js';
import { GROUP } from './row-groups.js';

describe('RowDistances', () => {
  it('gives the plain sum of squares, bit for bit', () => {
    fc.assert(
      fc.property(arbitraryMatrix(1, 11), fc.nat(2), (x, from) => {
        const distances = new RowDistances(x);
        for (let i = 0; i < x.rows; i++) {
          const start = Math.min(from, Math.floor(i / GROUP));
          const strip = distances.squared(Math.floor(i / GROUP), start);
          for (let j = GROUP * start; j < x.rows; j++)
            expect(strip[(i % GROUP) * distances.stride + j]).toBe(squared(x, i, j));
        }
      }),
      { numRuns: 60 },
    );
  });

  it('keeps small distances of rows that lie far from zero', () => {
    const far = 2 ** 30;
    const x = fromRows([
      [far, far],
      [far + 1, far],
      [far + 1, far + 2],
    ]);
    expect([...condensedDistances(x)]).toEqual([1, Math.sqrt(5), 2]);
  });

  it('refuses rows whose distance is beyond all numbers', () => {
    const x = fromRows([[1e200], [-1e200]]);
    expect(() => condensedDistances(x)).toThrow(/too far apart/);
    expect(() => nearestNeighbours(x, 1)).toThrow(/too far apart/);
  });
});

describe('nearestNeighbours', () => {
  it('gives what sorting all distances gives, the lower index first among equals', () => {
    fc.assert(
      fc.property(arbitraryMatrix(2, 20), fc.nat(30), (x, wanted) => {
        const count = Math.min(wanted, x.rows - 1);
        const neighbours = nearestNeighbours(x, count);
        for (let i = 0; i < x.rows; i++) {
          const sorted = Array.from({ length: x.rows }, (_, j) => j)
            .filter(j => j !== i)
            .sort((a, b) => squared(x, i, a) - squared(x, i, b) || a - b);
          expect([...neighbours.subarray(i * count, (i + 1) * count)]).toEqual(sorted.slice(0, count));
        }
      }),
      { numRuns: 60 },
    );
  });

  it('finds the nearest of rows that are one and the same when rounded', () => {
    const random = new Random(6);
    // A row far away makes the grid so coarse that all others fall together.
    const values = [1e9, ...Array.from({ length: 40 }, () => random.next())];
    const neighbours = nearestNeighbours(fromRows(values.map(value => [value])), 3);
    for (const [i, value] of values.entries()) {
      const sorted = [...values.keys()]
        .filter(j => j !== i)
        .sort((a, b) => Math.abs(values[a]! - value) - Math.abs(values[b]! - value) || a - b);
      expect([...neighbours.subarray(3 * i, 3 * i + 3)]).toEqual(sorted.slice(0, 3));
    }
  });
});

function squared({ data, cols }: { data: ArrayLike<number>; cols: number }, i: number, j: number): number {
  let sum = 0;
  for (let col = 0; col < cols; col++) sum += (data[i * cols + col]! - data[j * cols + col]!) ** 2;
  return sum;
}
