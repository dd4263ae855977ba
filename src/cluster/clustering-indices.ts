import { adjustedRandScore } from './adjusted-rand-score.js';
import { calinskiHarabaszScore } from './calinski-harabasz-score.js';
import { clusteringAccuracy } from './clustering-accuracy.js';
import { daviesBouldinScore } from './davies-bouldin-score.js';
import { entropy } from './entropy.js';
import { checkMatrix, type Matrix } from './matrix.js';
import { normalizedMutualInfoScore } from './normalized-mutual-info-score.js';
import { silhouetteScore } from './silhouette-score.js';

/** All indices of one clustering. Null is what is not defined for it. */
export interface ClusteringIndices {
  /** -1 to 1, larger is better. This and the next two need 2 to rows - 1 clusters. */
  readonly silhouette: number | null;
  /** From 0, larger is better. */
  readonly calinskiHarabasz: number | null;
  /** From 0, smaller is better. */
  readonly daviesBouldin: number | null;
  /** Of the sizes, in bits. */
  readonly entropy: number;
  /** Agreement with the known classes, 1 is best. Null without them. */
  readonly ari: number | null;
  readonly nmi: number | null;
  readonly acc: number | null;
}

/**
 * @param truth the known class of each row, or null
 * @throws PlantsenseError MATRIX_INVALID; PARAMETER_INVALID when there is not a label (and a class) for each row
 */
export function clusteringIndices(
  x: Matrix,
  labels: ArrayLike<number>,
  truth: ArrayLike<number> | null,
): ClusteringIndices {
  checkMatrix(x);
  const clusters = new Set(Array.from(labels)).size;
  const isDefined = labels.length !== x.rows || (clusters >= 2 && clusters < x.rows);
  return {
    silhouette: isDefined ? silhouetteScore(x, labels) : null,
    calinskiHarabasz: isDefined ? calinskiHarabaszScore(x, labels) : null,
    daviesBouldin: isDefined ? daviesBouldinScore(x, labels) : null,
    entropy: entropy(labels),
    ari: truth && adjustedRandScore(truth, labels),
    nmi: truth && normalizedMutualInfoScore(truth, labels),
    acc: truth && clusteringAccuracy(truth, labels),
  };
}
