import { type Contingency, contingency } from './label-counts.js';

/**
 * Mutual information of two labellings over the mean of their entropies, 0 to 1, as scikit-learn's default. Two
 * labellings of one cluster each agree: 1.
 * @throws PlantsenseError PARAMETER_INVALID when the labellings differ in length or are empty
 */
export function normalizedMutualInfoScore(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const table = contingency(a, b);
  if (table.aSizes.length === 1 && table.bSizes.length === 1) return 1;
  const information = mutualInformation(table);
  if (information <= Number.EPSILON) return 0;
  const mean = (nats(table.aSizes, table.rows) + nats(table.bSizes, table.rows)) / 2;
  return information / mean;
}

function mutualInformation({ counts, aSizes, bSizes, rows }: Contingency): number {
  let sum = 0;
  counts.forEach((count, i) => {
    if (count === 0) return;
    const expected = aSizes[Math.floor(i / bSizes.length)]! * bSizes[i % bSizes.length]!;
    sum += (count / rows) * Math.log((count * rows) / expected);
  });
  return sum;
}

function nats(sizes: Float64Array, rows: number): number {
  let sum = 0;
  for (const size of sizes) sum -= (size / rows) * Math.log(size / rows);
  return sum;
}
