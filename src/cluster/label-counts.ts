import { PlantsenseError } from '../errors.js';

/** Labels numbered 0 .. k - 1 in rising order of what they were, with the size of each cluster. */
export interface DenseLabels {
  readonly labels: Int32Array;
  readonly sizes: Float64Array;
}

/** Any integers as labels, clusters that nobody has left out. */
export function denseLabels(labels: ArrayLike<number>): DenseLabels {
  const distinct = [...new Set(Array.from(labels))].sort((a, b) => a - b);
  const numbers = new Map(distinct.map((label, i) => [label, i]));
  const dense = Int32Array.from(labels, label => numbers.get(label)!);
  const sizes = new Float64Array(distinct.length);
  for (const label of dense) sizes[label]!++;
  return { labels: dense, sizes };
}

/** How often label `a` of one labelling meets label `b` of another: `counts[a * bSizes.length + b]`. */
export interface Contingency {
  readonly counts: Float64Array;
  readonly aSizes: Float64Array;
  readonly bSizes: Float64Array;
  readonly rows: number;
}

/** @throws PlantsenseError PARAMETER_INVALID when the labellings differ in length or are empty */
export function contingency(a: ArrayLike<number>, b: ArrayLike<number>): Contingency {
  if (a.length !== b.length || a.length === 0)
    throw new PlantsenseError(
      'PARAMETER_INVALID',
      `Two labellings of the same rows are needed, not of ${a.length} and ${b.length}.`,
    );
  const first = denseLabels(a);
  const second = denseLabels(b);
  const counts = new Float64Array(first.sizes.length * second.sizes.length);
  for (let i = 0; i < a.length; i++) counts[first.labels[i]! * second.sizes.length + second.labels[i]!]!++;
  return { counts, aSizes: first.sizes, bSizes: second.sizes, rows: a.length };
}
