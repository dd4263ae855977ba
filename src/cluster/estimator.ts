import type { Matrix } from './matrix.js';

/** What a fit gives. */
export interface Clustering {
  /** Cluster of each row of the fitted matrix, 0 .. k - 1. */
  readonly labels: Int32Array;
}

/** A clustering that can say where rows belong that it was not fitted on. */
export interface PredictiveClustering extends Clustering {
  /**
   * Cluster of each row of `x`. A row's answer doesn't depend on the rows beside it.
   * @throws PlantsenseError MATRIX_INVALID when `x` is empty, has another number of columns, or holds NaN or infinity
   */
  predict(x: Matrix): Int32Array;
}

/**
 * The one form of every clustering method: parameters with scikit-learn's names (in camelCase), meaning and defaults
 * go to the constructor, `fit` gives the result and leaves the estimator as it was. Same parameters, same matrix, same
 * result, bit for bit. `testing/estimator-checks.ts` holds what each must pass.
 */
export interface Estimator<C extends Clustering = Clustering> {
  /**
   * @param x `[nSamples, nFeatures]`; not changed
   * @throws PlantsenseError MATRIX_INVALID for a matrix that is empty or not finite, or whose rows are so far apart that
   *   a 64-bit distance is not; PARAMETER_INVALID when there are fewer rows than clusters
   */
  fit(x: Matrix): C;
}
