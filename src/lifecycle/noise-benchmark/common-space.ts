import type { Matrix, Matrix64 } from '../../cluster/matrix.js';
import { StandardScaler } from '../../cluster/standard-scaler.js';

/**
 * The space that all methods are compared in: pooled mel statistics, each with mean 0 and variance 1.
 * @throws PlantsenseError MATRIX_INVALID
 */
export function commonSpace(pooled: Matrix): Matrix64 {
  return StandardScaler.fit(pooled).transform(pooled);
}
