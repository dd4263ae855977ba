import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Matrix } from '../matrix.js';
import { takeRows } from '../matrix.js';
import { largestDifference, randomMatrix } from '../testing/random-matrix.js';
import { gram, multiply, multiplyTransposed, transpose } from './products.js';

/** As one would write it down. */
function plainProduct(a: Matrix, b: Matrix): Float64Array {
  const c = new Float64Array(a.rows * b.cols);
  for (let row = 0; row < a.rows; row++)
    for (let col = 0; col < b.cols; col++)
      for (let i = 0; i < a.cols; i++)
        c[row * b.cols + col]! += a.data[row * a.cols + i]! * b.data[i * b.cols + col]!;
  return c;
}

const size = fc.integer({ min: 1, max: 20 });

describe('a product of matrices', () => {
  it('has the bits of sums in order of the inner index, for any sizes', () => {
    fc.assert(
      fc.property(size, size, size, fc.nat(), (m, k, n, seed) => {
        const a = randomMatrix(m, k, seed);
        const b = randomMatrix(k, n, seed + 1);
        expect(largestDifference(multiply(a, b).data, plainProduct(a, b))).toBe(0);
        expect(multiplyTransposed(a, transpose(b)).data).toEqual(plainProduct(a, b));
      }),
      { numRuns: 60 },
    );
  });

  it('has them across the borders of blocks too', () => {
    const a = randomMatrix(131, 259, 1);
    const b = randomMatrix(259, 515, 2);
    expect(largestDifference(multiply(a, b).data, plainProduct(a, b))).toBe(0);
  });

  it('takes 32-bit floats', () => {
    const a = { ...randomMatrix(5, 6, 1), data: Float32Array.from(randomMatrix(5, 6, 1).data) };
    expect(multiply(a, randomMatrix(6, 3, 2)).data).toEqual(plainProduct(a, randomMatrix(6, 3, 2)));
  });

  it('gives a row the same bits alone and among others', () => {
    const a = randomMatrix(40, 30, 3);
    const b = randomMatrix(30, 7, 4);
    const all = multiply(a, b);
    for (let row = 0; row < a.rows; row++)
      expect(multiply(takeRows(a, [row]), b).data).toEqual(takeRows(all, [row]).data);
  });

  it('refuses sizes that do not fit', () => {
    expect(() => multiply(randomMatrix(2, 3, 1), randomMatrix(2, 3, 1))).toThrow(/3 and 2/);
    expect(() => multiplyTransposed(randomMatrix(2, 3, 1), randomMatrix(3, 2, 1))).toThrow(/3 and 2/);
  });
});

describe('gram', () => {
  it('is the product of a matrix turned with itself, exactly symmetric', () => {
    for (const [rows, cols] of [
      [1, 1],
      [7, 5],
      [300, 150],
      [20, 530],
    ] as const) {
      const a = randomMatrix(rows, cols, rows);
      expect(largestDifference(gram(a).data, plainProduct(transpose(a), a))).toBe(0);
      expect(largestDifference(transpose(gram(a)).data, gram(a).data)).toBe(0);
    }
  });
});
