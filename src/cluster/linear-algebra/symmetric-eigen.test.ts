import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Matrix64 } from '../matrix.js';
import { zeros } from '../matrix.js';
import { identity, largestDifference, randomMatrix } from '../testing/random-matrix.js';
import { gram, multiply, transpose } from './products.js';
import { symmetricEigen } from './symmetric-eigen.js';
import { thinSvd } from './thin-svd.js';

function symmetric(n: number, seed: number): Matrix64 {
  const x = randomMatrix(n, n, seed);
  const turned = transpose(x);
  for (let i = 0; i < x.data.length; i++) x.data[i]! += turned.data[i]!;
  return x;
}

/** Checks that these are all eigenpairs of `a`. */
function expectEigen(a: Matrix64): Float64Array {
  const n = a.rows;
  const { values, vectors } = symmetricEigen(a);
  const scale = Math.max(1e-300, ...values.map(Math.abs)) * n;
  const scaled = { ...vectors, data: vectors.data.map((value, i) => value * values[i % n]!) };
  expect(largestDifference(multiply(a, vectors).data, scaled.data) / scale).toBeLessThan(1e-14);
  expect(largestDifference(gram(vectors).data, identity(n).data)).toBeLessThan(2e-14 * Math.sqrt(n));
  expect(values).toEqual(values.slice().sort());
  // The same holds when few vectors are wanted.
  const count = Math.ceil(n / 10);
  const few = symmetricEigen(a, count);
  expect(few.values).toEqual(values);
  expect(largestDifference(gram(few.vectors).data, identity(count).data)).toBeLessThan(2e-14 * Math.sqrt(n));
  const fewScaled = few.vectors.data.map((value, i) => value * values[n - count + (i % count)]!);
  expect(largestDifference(multiply(a, few.vectors).data, fewScaled) / scale).toBeLessThan(1e-14);
  return values;
}

describe('symmetricEigen', () => {
  it('gives orthonormal vectors that the matrix only stretches, with rising values', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 45 }), fc.nat(), (n, seed) => {
        expectEigen(symmetric(n, seed));
      }),
      { numRuns: 60 },
    );
  });

  it('does so for a large one', () => {
    expectEigen(symmetric(150, 3));
  });

  it.each<[string, Matrix64]>([
    ['zeros', zeros(9, 9)],
    ['the identity', identity(9)],
    ['one of rank 3', gram(randomMatrix(3, 40, 1))],
    [
      'one of huge numbers',
      gram({ ...randomMatrix(9, 9, 1), data: randomMatrix(9, 9, 1).data.map(v => 1e100 * v) }),
    ],
    [
      'one of tiny numbers',
      gram({ ...randomMatrix(9, 9, 1), data: randomMatrix(9, 9, 1).data.map(v => 1e-60 * v) }),
    ],
  ])('does so for %s', (_, a) => {
    expectEigen(a);
  });

  it('knows the values of a path of springs', () => {
    const n = 40;
    const a = zeros(n, n);
    for (let i = 0; i < n; i++) {
      a.data[i * n + i] = 2;
      if (i > 0) a.data[i * n + i - 1] = a.data[(i - 1) * n + i] = -1;
    }
    const expected = Array.from({ length: n }, (_, i) => 2 - 2 * Math.cos(((i + 1) * Math.PI) / (n + 1)));
    expect(largestDifference(expectEigen(a), expected)).toBeLessThan(1e-13);
  });
});

describe('thinSvd', () => {
  it.each([
    [30, 8],
    [8, 30],
    [12, 12],
  ])('parts a matrix of %i x %i into directions and lengths', (rows, cols) => {
    const a = randomMatrix(rows, cols, rows);
    const { singularValues, vt } = thinSvd(a);
    const r = Math.min(rows, cols);
    expect(vt.rows).toBe(r);
    expect(singularValues).toEqual(singularValues.slice().sort().reverse());
    expect(largestDifference(gram(transpose(vt)).data, identity(r).data)).toBeLessThan(1e-12);
    // A·Vᵀ's columns are as long as the singular values and orthogonal.
    const lengths = gram(multiply(a, transpose(vt)));
    const expected = identity(r).data.map((one, i) => one * singularValues[i % r]! ** 2);
    expect(largestDifference(lengths.data, expected)).toBeLessThan(1e-11);
  });

  it('keeps directions orthonormal where the rows span fewer', () => {
    const a = { ...zeros(6, 10), data: new Float64Array(60).map((_, i) => Math.floor(i / 10) * (i % 10)) };
    const { singularValues, vt } = thinSvd(a);
    expect(singularValues[1]! / singularValues[0]!).toBeLessThan(1e-7);
    expect(largestDifference(gram(transpose(vt)).data, identity(6).data)).toBeLessThan(1e-12);
  });
});
