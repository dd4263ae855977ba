import type { Matrix } from '../../cluster/matrix.js';
import { Pca } from '../../cluster/pca.js';
import { commonSpace } from './common-space.js';

/** Enough for the shape of a group, few enough for variances of a group of ten recordings; as many as latents by default. */
export const COMPONENTS = 10;
/** A component with a smaller share of the variance is rounding. */
const LEAST_SHARE = 1e-9;

/**
 * The first ten principal components of the common space, each scaled to variance 1 (whitened); fewer when recordings have
 * no ten.
 *
 * @param pooled mean and standard deviation of each band, `[recordings, 2 bands]`
 * @throws PlantsenseError MATRIX_INVALID when they are not finite, or of less than two recordings
 */
export function principalComponents(pooled: Matrix): Matrix {
  const x = commonSpace(pooled);
  const most = Math.min(COMPONENTS, x.rows, x.cols);
  const { explainedVarianceRatio } = new Pca({ nComponents: most }).fit(x);
  const nComponents = Math.max(1, explainedVarianceRatio.filter(share => share > LEAST_SHARE).length);
  return new Pca({ nComponents, whiten: true }).fit(x).transform(x);
}
