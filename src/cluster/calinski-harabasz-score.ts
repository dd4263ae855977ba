import { clusterMeans } from './cluster-means.js';
import { type Matrix, squaredDistance } from './matrix.js';

/**
 * Calinski-Harabasz index (1974), as scikit-learn: spread between clusters over spread within, larger is better; 1
 * when all rows of each cluster are equal.
 * @throws PlantsenseError MATRIX_INVALID; PARAMETER_INVALID when there are not 2 to rows - 1 clusters
 */
export function calinskiHarabaszScore(x: Matrix, labels: ArrayLike<number>): number {
  const { labels: dense, sizes, means } = clusterMeans(x, labels);
  const k = sizes.length;
  const mean = new Float64Array(x.cols);
  for (let i = 0; i < x.data.length; i++) mean[i % x.cols]! += x.data[i]! / x.rows;
  let between = 0;
  for (let cluster = 0; cluster < k; cluster++)
    between += sizes[cluster]! * squaredDistance(means.data, cluster * x.cols, mean, 0, x.cols);
  let within = 0;
  for (let row = 0; row < x.rows; row++)
    within += squaredDistance(x.data, row * x.cols, means.data, dense[row]! * x.cols, x.cols);
  return within === 0 ? 1 : (between * (x.rows - k)) / (within * (k - 1));
}
