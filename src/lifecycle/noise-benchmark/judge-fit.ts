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
  { space, labels }: BenchmarkFit,
  k: number,
  common: Matrix,
  truth: Int32Array | null,
): FittedOutcome {
  const sizes = new Float64Array(k);
  for (const label of labels) sizes[label]!++;
  const shares = groupShares(sizes);
  checkCollapse(shares, k, MAX_SHARE);
  const sample = sampleRows(labels.length, SAMPLE_SEED);
  const agreement = truth && {
    nmi: normalizedMutualInfoScore(truth, labels),
    ari: adjustedRandScore(truth, labels),
    acc: clusteringAccuracy(truth, labels),
  };
  return {
    state: 'fitted',
    labels: [...labels],
    ...shares,
    own: inner(space, labels, sample),
    common: inner(common, labels, sample),
    agreement,
    map: plane(space),
  };
}

function inner(x: Matrix, labels: Int32Array, sample: Int32Array): InnerIndices {
  const parts = Int32Array.from(sample, row => labels[row]!);
  const { silhouette, calinskiHarabasz, daviesBouldin } = clusteringIndices(takeRows(x, sample), parts, null);
  return { silhouette, calinskiHarabasz, daviesBouldin };
}

/** The plane in which the rows are spread most; a space of one dimension has zeros for the second. */
function plane(x: Matrix): [number, number][] {
  const { data, cols } = new Pca({ nComponents: Math.min(2, x.cols) }).fit(x).transform(x);
  return Array.from({ length: x.rows }, (_, row) => [
    rounded(data[row * cols]!),
    cols > 1 ? rounded(data[row * cols + 1]!) : 0,
  ]);
}

/** As much as a picture shows. */
function rounded(value: number): number {
  return Number(value.toPrecision(5));
}
