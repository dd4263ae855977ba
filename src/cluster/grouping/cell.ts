import type { ErrorCode } from '../../errors.js';
import type { CScore } from '../c-score/c-score.js';
import type { GroupingAlgorithm } from './grouping-algorithm.js';

/** A cell of a sweep: one algorithm with one number of groups. */
export type Cell = FittedCell | FailedCell;

/** A cell whose groups are there, with what is known of them. */
export interface FittedCell {
  readonly algorithm: GroupingAlgorithm;
  /** Groups that were asked for. */
  readonly k: number;
  /** Group of each row, 0 .. groups - 1. */
  readonly labels: Int32Array;
  /** Groups that have rows; less than `k` where an algorithm found no more. */
  readonly groups: number;
  /** Rows of the smallest and the largest group. */
  readonly smallest: number;
  readonly largest: number;
  /** Entropy of the labels in bits: lower is better, 0 .. log2 groups. */
  readonly entropy: number;
  /** Mean Silhouette: higher is better, -1 .. 1. */
  readonly silhouette: number;
  /** Null without near-labels. */
  readonly cScore: CScore | null;
  readonly failure: null;
}

/** A cell that can't be fitted or judged: part of the answer, never the end of a sweep. */
export interface FailedCell {
  readonly algorithm: GroupingAlgorithm;
  readonly k: number;
  readonly labels: null;
  readonly groups: null;
  readonly smallest: null;
  readonly largest: null;
  readonly entropy: null;
  readonly silhouette: null;
  readonly cScore: null;
  readonly failure: CellFailure;
}

/** Why there are no groups. */
export interface CellFailure {
  /** `MIXTURE_ILL_DEFINED`, `PARAMETER_INVALID` (not enough different rows for k) or `MATRIX_INVALID`. */
  readonly code: ErrorCode;
  readonly message: string;
}

export type CellId = Pick<Cell, 'algorithm' | 'k'>;

/** Names a cell within a sweep, such as `kmeans/12`: what is known under it need not be computed again. */
export function cellKey({ algorithm, k }: CellId): string {
  return `${algorithm}/${k}`;
}

/** Whether a cell has groups. */
export function isFitted(cell: Cell): cell is FittedCell {
  return cell.failure === null;
}
