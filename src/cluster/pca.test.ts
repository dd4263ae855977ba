import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gram, transpose } from './linear-algebra/products.js';
import { takeRows } from './matrix.js';
import { Pca } from './pca.js';
import { fromRows, goldenMatrix } from './testing/goldens.js';
import { mixtureReference } from './testing/mixture-goldens.js';
import { identity, largestDifference, randomMatrix } from './testing/random-matrix.js';

function firstRows(count: number) {
  return takeRows(
    goldenMatrix('overlapping'),
    Int32Array.from({ length: count }, (_, row) => row),
  );
}

describe('Pca', () => {
  it.each(mixtureReference.pca)(
    'equals scikit-learn on $rows rows, $nComponents components, whiten $whiten',
    golden => {
      const { rows, nComponents, whiten } = golden;
      const x = firstRows(rows);
      const fitted = new Pca({ nComponents, whiten }).fit(x);
      const six = fitted.components.data.subarray(0, golden.components.length);
      expect(largestDifference(six, golden.components)).toBeLessThan(1e-11);
      for (const key of ['explainedVariance', 'explainedVarianceRatio', 'singularValues'] as const)
        expect(largestDifference(fitted[key], golden[key]) / golden[key][0]!).toBeLessThan(1e-12);
      const transformed = fitted.transform(takeRows(x, [0, 1, 2]));
      expect(largestDifference(transformed.data, golden.transformed)).toBeLessThan(1e-9);
    },
  );

  it('comes back to the rows when all components are kept, whitened or not', () => {
    const sizes = fc.integer({ min: 2, max: 25 });
    fc.assert(
      fc.property(
        sizes,
        fc.integer({ min: 1, max: 20 }),
        fc.boolean(),
        fc.nat(),
        (rows, cols, whiten, seed) => {
          const x = randomMatrix(rows, cols, seed);
          const fitted = new Pca({ whiten }).fit(x);
          const back = fitted.inverseTransform(fitted.transform(x));
          expect(largestDifference(back.data, x.data)).toBeLessThan(1e-7);
          const r = fitted.components.rows;
          expect(largestDifference(gram(transpose(fitted.components)).data, identity(r).data)).toBeLessThan(
            1e-9,
          );
        },
      ),
      { numRuns: 40 },
    );
  });

  it('gives whitened components the covariance of the identity', () => {
    const x = firstRows(800);
    const z = new Pca({ nComponents: 8, whiten: true }).fit(x).transform(x);
    const covariance = gram(z).data.map(value => value / (x.rows - 1));
    expect(largestDifference(covariance, identity(8).data)).toBeLessThan(1e-11);
  });

  it('finds no variance where all rows are equal', () => {
    const x = fromRows([
      [1, 2],
      [1, 2],
      [1, 2],
    ]);
    const { explainedVariance, explainedVarianceRatio, transform } = new Pca().fit(x);
    expect(
      [...explainedVariance, ...explainedVarianceRatio, ...transform(x).data].every(value => value === 0),
    ).toBe(true);
  });

  it('refuses what it can not use', () => {
    const x = randomMatrix(5, 3, 1);
    expect(() => new Pca({ nComponents: 0 })).toThrow(/nComponents/);
    expect(() => new Pca({ nComponents: 4 }).fit(x)).toThrow(/3 at most/);
    expect(() => new Pca().fit(randomMatrix(1, 3, 1))).toThrow(/two rows/);
    expect(() => new Pca().fit(fromRows([[1], [Number.NaN]]))).toThrow(/NaN/);
    const fitted = new Pca({ nComponents: 2 }).fit(x);
    expect(() => fitted.transform(randomMatrix(5, 2, 1))).toThrow(/3 are expected/);
    expect(() => fitted.inverseTransform(x)).toThrow(/2 are expected/);
  });
});
