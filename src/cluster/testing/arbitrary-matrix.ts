import fc from 'fast-check';
import type { Matrix } from '../matrix.js';

/** Small matrices: of small integers, where many distances are equal, or of other numbers. */
export function arbitraryMatrix(leastRows = 2, mostRows = 24): fc.Arbitrary<Matrix> {
  const value = fc.oneof(
    fc.integer({ min: 0, max: 3 }),
    fc.integer({ min: -1e5, max: 1e5 }).map(n => n / 1000),
  );
  return fc
    .tuple(fc.integer({ min: leastRows, max: mostRows }), fc.integer({ min: 1, max: 6 }))
    .chain(([rows, cols]) =>
      fc
        .array(value, { minLength: rows * cols, maxLength: rows * cols })
        .map(values => ({ data: Float64Array.from(values), rows, cols })),
    );
}
