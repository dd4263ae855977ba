import { checkInteger } from './checks.js';

/**
 * Means of n neighbouring residuals that share no segment: the paper's ensemble of several samples (section 3.2, figures
 * 11 and 12), each told by sound of its own. What is left over at the end is dropped.
 *
 * @param residuals of one recording, in order of time; a mean never goes across recordings
 * @returns floor(length / n) means
 * @throws PlantsenseError PARAMETER_INVALID
 */
export function disjointMeans(residuals: Float64Array, n: number): Float64Array {
  checkInteger('n', n, 1);
  const means = new Float64Array(Math.floor(residuals.length / n));
  for (let i = 0; i < means.length; i++) {
    let sum = 0;
    for (let j = i * n; j < (i + 1) * n; j++) sum += residuals[j]!;
    means[i] = sum / n;
  }
  return means;
}
