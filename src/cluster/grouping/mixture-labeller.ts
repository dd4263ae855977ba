import { PlantsenseError } from '../../errors.js';
import { Random } from '../../random.js';
import { GaussianMixture } from '../gaussian-mixture.js';
import { KMeans } from '../k-means.js';
import type { Matrix } from '../matrix.js';
import { checkFit } from '../parameters.js';
import { InnerProductMixture } from './inner-product-mixture.js';

/** Rows of a component, as a share of the features, up to which inner products are quicker than covariance matrices. */
const THIN = 1 / 2;

/** Rows whose inner products are kept: up to half a gigabyte. */
const MOST_ROWS = 8192;

/** What the covariances of a cell may take. */
const MOST_BYTES = 2 ** 31;

/** Matrices of features x features that a fit holds for each component: two mixtures, each with factors and inverses. */
const MATRICES = 6;

/**
 * Parts rows by `GaussianMixture` with full covariances, one start, scikit-learn's defaults. Where components have few
 * rows for their features, by the same steps in inner products.
 */
export function mixtureLabeller(x: Matrix, randomState: number): (k: number) => Int32Array {
  let byInnerProducts: InnerProductMixture | undefined;
  return k => {
    checkFit(x, 'nComponents', k);
    if (x.rows / k <= THIN * x.cols && x.rows <= MOST_ROWS) {
      byInnerProducts ??= new InnerProductMixture(x);
      // The seed that the estimator gives its k-means.
      const seed = new Random(randomState).uint32();
      const start = new KMeans({ nClusters: k, nInit: 1, randomState: seed }).fit(x).labels;
      return byInnerProducts.fit(start, k);
    }
    const bytes = 8 * MATRICES * k * x.cols ** 2;
    if (bytes > MOST_BYTES)
      throw new PlantsenseError(
        'MATRIX_INVALID',
        `A mixture of ${k} components of ${x.cols} features takes ${(bytes / 2 ** 30).toFixed(1)} GB of memory, and a cell may ` +
          `take ${MOST_BYTES / 2 ** 30}: keep fewer principal components.`,
      );
    return new GaussianMixture({ nComponents: k, randomState }).fit(x).labels;
  };
}
