import { denseLabels } from './label-counts.js';

/** Entropy of a labelling in bits, -sum p log2 p: 0 for one cluster, log2 k for k clusters of one size. */
export function entropy(labels: ArrayLike<number>): number {
  let sum = 0;
  for (const size of denseLabels(labels).sizes) {
    const share = size / labels.length;
    sum -= share * Math.log2(share);
  }
  // One cluster gives minus zero.
  return sum + 0;
}
