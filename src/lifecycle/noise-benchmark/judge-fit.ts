import { adjustedRandScore } from '../../cluster/adjusted-rand-score.js';
import { clusteringAccuracy } from '../../cluster/clustering-accuracy.js';
import { clusteringIndices } from '../../cluster/clustering-indices.js';
import { type Matrix, takeRows } from '../../cluster/matrix.js';
import { normalizedMutualInfoScore } from '../../cluster/normalized-mutual-info-score.js';
import { Pca } from '../../cluster/pca.js';
import { checkCollapse, groupShares } from '../../collapse-guard.js';
import { sampleRows } from '../sample-rows.js';
import type { FittedOutcome, InnerIndices } from './run-result.js';

/** Groups of recordings, and the space that they were found in. */
export interface BenchmarkFit {
  readonly space: Matrix;
  readonly labels: Int32Array;
  /** Whether the columns are principal components already: when whitened, they can't be told from others by their variance. */
  readonly isPrincipal?: boolean;
}

/** A larger group is a collapse, for every method. */
const MAX_SHARE = 0.95;
/** The rows that indices are measured on are the same in all runs, when not all are taken. */
const SAMPLE_SEED = 0;

/**
 * Measures a fit.
 *
 * @param common the space that all methods are compared in, one row a recording
 * @param truth known class of each recording, or null
 * @throws PlantsenseError MODEL_COLLAPSED; MATRIX_INVALID when the space is not finite
 */
export function judgeFit(
  { space, labels, isPrincipal = false }: BenchmarkFit,
  k: number,
  common: Matrix,
  truth: Int32Array | null,
): FittedOutcome {
  const sizes = new Float64Array(k);
  for (const label of labels) sizes[label]!++;
  const shares = groupShares(sizes);
  checkCollapse(shares, k, MAX_SHARE);
  const agreement = truth && {
    nmi: normalizedMutualInfoScore(truth, labels),
    ari: adjustedRandScore(truth, labels),
    acc: clusteringAccuracy(truth, labels),
  };
  return {
    state: 'fitted',
    labels: [...labels],
    ...shares,
    own: innerIndices(space, labels),
    common: innerIndices(common, labels),
    agreement,
    map: plane(isPrincipal ? space : principalPlane(space)),
  };
}

/** How compact groups are and how far apart, in a space. Throws MATRIX_INVALID when that is not finite. */
export function innerIndices(x: Matrix, labels: Int32Array): InnerIndices {
  const sample = sampleRows(labels.length, SAMPLE_SEED);
  const parts = Int32Array.from(sample, row => labels[row]!);
  const { silhouette, calinskiHarabasz, daviesBouldin } = clusteringIndices(takeRows(x, sample), parts, null);
  return { silhouette, calinskiHarabasz, daviesBouldin };
}

/** The rows in the plane in which they are spread most. */
function principalPlane(x: Matrix): Matrix {
  return new Pca({ nComponents: Math.min(2, x.cols) }).fit(x).transform(x);
}

/** The first two columns; a space of one dimension has zeros for the second. */
function plane({ data, rows, cols }: Matrix): [number, number][] {
  return Array.from({ length: rows }, (_, row) => [
    rounded(data[row * cols]!),
    cols > 1 ? rounded(data[row * cols + 1]!) : 0,
  ]);
}

/** As much as a picture shows. */
function rounded(value: number): number {
  return Number(value.toPrecision(5));
}
