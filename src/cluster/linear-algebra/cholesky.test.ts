import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Matrix64 } from '../matrix.js';
import { zeros } from '../matrix.js';
import { identity, largestDifference, randomMatrix } from '../testing/random-matrix.js';
import { choleskyDecompose, logDeterminant } from './cholesky.js';
import { gram, multiply, multiplyTransposed, transpose } from './products.js';
import { inverseLower, solveLower, solveLowerTransposed } from './triangular.js';

/** Symmetric and positive definite. */
function definite(n: number, seed: number): Matrix64 {
  const a = gram(randomMatrix(n + 10, n, seed));
  for (let i = 0; i < n; i++) a.data[i * n + i]! += 1;
  return a;
}

const size = fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 60, max: 140 }));

describe('choleskyDecompose', () => {
  it('gives a lower triangle whose product with its transpose is the matrix', () => {
    fc.assert(
      fc.property(size, fc.nat(), (n, seed) => {
        const a = definite(n, seed);
        const l = choleskyDecompose(a)!;
        expect(largestDifference(multiplyTransposed(l, l).data, a.data)).toBeLessThan(1e-12 * (n + 30));
        for (let row = 0; row < n; row++)
          expect(l.data.subarray(row * n + row + 1, (row + 1) * n).every(value => value === 0)).toBe(true);
      }),
      { numRuns: 30 },
    );
  });

  it('reads the lower triangle only', () => {
    const a = definite(70, 1);
    const l = choleskyDecompose(a)!;
    for (let row = 0; row < 70; row++) a.data.fill(Number.NaN, row * 70 + row + 1, (row + 1) * 70);
    expect(choleskyDecompose(a)!.data).toEqual(l.data);
  });

  it.each([1, 5, 90])('gives null for matrices of size %i that are not positive definite', n => {
    expect(choleskyDecompose(zeros(n, n))).toBeNull();
    const a = definite(n, 2);
    a.data[n * n - 1] = -1;
    expect(choleskyDecompose(a)).toBeNull();
    a.data[0] = Number.NaN;
    expect(choleskyDecompose(a)).toBeNull();
  });

  it('gives the logarithm of the determinant, also of one that overflows', () => {
    const a = identity(300);
    for (let i = 0; i < a.data.length; i++) a.data[i]! *= 1e10;
    expect(logDeterminant(choleskyDecompose(a)!)).toBeCloseTo(300 * Math.log(1e10), 8);
  });
});

describe('triangular systems', () => {
  it('are solved forward, backward, and for the identity', () => {
    fc.assert(
      fc.property(size, fc.integer({ min: 1, max: 9 }), fc.nat(), (n, cols, seed) => {
        const l = choleskyDecompose(definite(n, seed))!;
        const b = randomMatrix(n, cols, seed);
        expect(largestDifference(multiply(l, solveLower(l, b)).data, b.data)).toBeLessThan(1e-11);
        const backward = multiply(transpose(l), solveLowerTransposed(l, b));
        expect(largestDifference(backward.data, b.data)).toBeLessThan(1e-11);
        expect(largestDifference(multiply(inverseLower(l), l).data, identity(n).data)).toBeLessThan(1e-11);
      }),
      { numRuns: 25 },
    );
  });
});
