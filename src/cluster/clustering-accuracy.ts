import { contingency } from './label-counts.js';
import { optimalMatching } from './optimal-matching.js';

/**
 * Share of rows whose cluster is matched with their class, by the matching of clusters and classes that is best (Yang et
 * al., "Image clustering using local discriminant models", 2010): ACC, 0 to 1.
 * @throws PlantsenseError PARAMETER_INVALID when the labellings differ in length or are empty
 */
export function clusteringAccuracy(truth: ArrayLike<number>, labels: ArrayLike<number>): number {
  const { counts, aSizes, bSizes, rows } = contingency(truth, labels);
  let matched = 0;
  optimalMatching(counts, aSizes.length, bSizes.length).forEach((cluster, group) => {
    if (cluster >= 0) matched += counts[group * bSizes.length + cluster]!;
  });
  return matched / rows;
}
