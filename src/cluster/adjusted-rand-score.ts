import { contingency } from './label-counts.js';

/**
 * Adjusted Rand index of two labellings (Hubert & Arabie 1985), as scikit-learn: 1 when they part the rows alike, 0 on
 * average by chance.
 * @throws PlantsenseError PARAMETER_INVALID when the labellings differ in length or are empty
 */
export function adjustedRandScore(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const { counts, aSizes, bSizes, rows } = contingency(a, b);
  const both = sumOfSquares(counts);
  const together = sumOfSquares(aSizes);
  const togetherB = sumOfSquares(bSizes);
  // Pairs of rows, each counted twice: together in both, in one only, in none.
  const inBoth = both - rows;
  const onlyB = togetherB - both;
  const onlyA = together - both;
  const inNone = rows * rows - onlyA - onlyB - both;
  if (onlyA === 0 && onlyB === 0) return 1;
  return (
    (2 * (inBoth * inNone - onlyA * onlyB)) /
    ((inBoth + onlyA) * (onlyA + inNone) + (inBoth + onlyB) * (onlyB + inNone))
  );
}

function sumOfSquares(counts: Float64Array): number {
  let sum = 0;
  for (const count of counts) sum += count * count;
  return sum;
}
