import { calinskiHarabaszScore } from '../cluster/calinski-harabasz-score.js';
import { daviesBouldinScore } from '../cluster/davies-bouldin-score.js';
import { entropy } from '../cluster/entropy.js';
import { type Matrix, takeRows } from '../cluster/matrix.js';
import { silhouetteScore } from '../cluster/silhouette-score.js';
import { sampleRows } from './sample-rows.js';

/** Indices of inner quality on a part of the rows; null where they are not defined. */
export function innerIndices(x: Matrix, labels: Int32Array, seed: number): Record<string, number | null> {
  const sample = sampleRows(x.rows, seed);
  const rows = takeRows(x, sample);
  const parts = Int32Array.from(sample, row => labels[row]!);
  const clusters = new Set(parts).size;
  const defined = clusters >= 2 && clusters < rows.rows;
  return {
    entropy: entropy(labels),
    silhouette: defined ? silhouetteScore(rows, parts) : null,
    calinskiHarabasz: defined ? calinskiHarabaszScore(rows, parts) : null,
    daviesBouldin: defined ? daviesBouldinScore(rows, parts) : null,
  };
}
