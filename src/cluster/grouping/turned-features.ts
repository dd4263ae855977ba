import type { Matrix, Matrix64 } from '../matrix.js';
import { Pca } from '../pca.js';

/**
 * Features turned to their principal components, as every level of grouping starts.
 *
 * @param most components at most; null: min(rows, features)
 * @throws PlantsenseError as `Pca.fit`
 */
export function turnedFeatures(x: Matrix, most: number | null): Matrix64 {
  const nComponents = Math.min(x.rows, x.cols, most ?? Number.POSITIVE_INFINITY);
  return new Pca({ nComponents }).fit(x).transform(x);
}
