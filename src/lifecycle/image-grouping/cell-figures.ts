import { adjustedRandScore } from '../../cluster/adjusted-rand-score.js';
import { NO_NEAR_LABEL } from '../../cluster/c-score/c-score.js';
import { clusteringAccuracy } from '../../cluster/clustering-accuracy.js';
import type { Cell } from '../../cluster/grouping/cell.js';
import type { GroupingAlgorithm } from '../../cluster/grouping/grouping-algorithm.js';
import { normalizedMutualInfoScore } from '../../cluster/normalized-mutual-info-score.js';
import type { NearLabels } from './near-labels.js';

/** A cell without its labels. */
export interface CellFigures {
  readonly algorithm: GroupingAlgorithm;
  readonly k: number;
  /** All null for a cell that could not be fitted. */
  readonly groups: number | null;
  readonly smallest: number | null;
  readonly largest: number | null;
  readonly entropy: number | null;
  readonly silhouette: number | null;
  /** Of the rows with a near-label; all null without near-labels. */
  readonly cScore: number | null;
  readonly normalizedCScore: number | null;
  readonly convergenceDifference: number | null;
  readonly adjustedCScore: number | null;
  readonly nmi: number | null;
  readonly ari: number | null;
  readonly accuracy: number | null;
  /** Code and message of what kept it from being fitted. */
  readonly failure: string | null;
}

/**
 * The figures of a cell, with how far its groups agree with near-labels: the C-Score family, normalised mutual information,
 * adjusted Rand index, and accuracy with each group matched to one near-label at most.
 *
 * @param rows of the group that was swept, in the order of the cell's labels
 */
export function cellFigures(cell: Cell, rows: Int32Array, nearLabels: NearLabels | null): CellFigures {
  const { algorithm, k, groups, smallest, largest, entropy, silhouette, cScore, failure } = cell;
  return {
    ...{ algorithm, k, groups, smallest, largest, entropy, silhouette },
    cScore: cScore?.cScore ?? null,
    normalizedCScore: cScore?.normalized ?? null,
    convergenceDifference: cScore?.convergenceDifference ?? null,
    adjustedCScore: cScore?.adjusted ?? null,
    ...agreement(cell.labels, rows, nearLabels),
    failure: failure && `${failure.code}: ${failure.message}`,
  };
}

function agreement(labels: Int32Array | null, rows: Int32Array, nearLabels: NearLabels | null) {
  const known =
    labels && nearLabels ? [...rows.keys()].filter(i => nearLabels.ofRows[rows[i]!] !== NO_NEAR_LABEL) : [];
  if (known.length === 0) return { nmi: null, ari: null, accuracy: null };
  const truth = known.map(i => nearLabels!.ofRows[rows[i]!]!);
  const found = known.map(i => labels![i]!);
  return {
    nmi: normalizedMutualInfoScore(truth, found),
    ari: adjustedRandScore(truth, found),
    accuracy: clusteringAccuracy(truth, found),
  };
}
