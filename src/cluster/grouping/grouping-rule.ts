import type { FittedCell } from './cell.js';
import type { GroupingAlgorithm } from './grouping-algorithm.js';

/** How one cell of a sweep is chosen. */
export type GroupingRule =
  | ParetoRule
  /**
   * The paper's: lowest entropy and highest Silhouette. Each is scaled to 0 .. 1 over the cells, and their difference
   * counts. Likes one giant group.
   */
  | { readonly type: 'min-max' }
  /** Highest chance-adjusted C-Score. */
  | { readonly type: 'c-score' }
  /** Lowest convergence difference, as the paper has it. Likes many groups. */
  | { readonly type: 'convergence' }
  /** A person's choice. */
  | { readonly type: 'fixed'; readonly algorithm: GroupingAlgorithm; readonly k: number };

/** Rules that need nothing but their name. */
export const NAMED_RULES = [
  'pareto',
  'min-max',
  'c-score',
  'convergence',
] as const satisfies readonly GroupingRule['type'][];
export type NamedRule = (typeof NAMED_RULES)[number];

/**
 * The default. Cells with a group that is too small are left out: one giant group and few rows beside it look best to
 * both entropy and Silhouette. Of the others those count that none beats in both (the Pareto front), and of these the
 * most stable one.
 *
 * Defaults were fixed on the digits, iris, wine and breast-cancer data of scikit-learn, sounds of ESC-10 and nine
 * mixtures of normal distributions; never on images of steel.
 */
export interface ParetoRule {
  readonly type: 'pareto';
  /** Rows that the smallest group must have, as a share of the mean size of the groups; two rows always. Default 0.1. */
  readonly leastGroupShare?: number;
  /** Stability within this of the highest counts as equal. Default 0.02. */
  readonly stabilityTolerance?: number;
  /**
   * Which of the equally stable cells it is: that with the highest Silhouette, or that with the fewest groups. Default
   * silhouette: where groups come in groups of their own, any coarser cut is as stable (14 data sets: mean adjusted Rand
   * index 0.64, against 0.51 with the fewest).
   */
  readonly amongEquals?: 'silhouette' | 'fewest';
}

/** Why a cell was chosen. */
export interface Choice {
  readonly cell: FittedCell;
  readonly rule: GroupingRule;
  /** In words and numbers, a sentence each. */
  readonly explanation: readonly string[];
  /** What the cell was chosen from, best first: the Pareto front, or the best by the rule's figure. */
  readonly front: readonly FrontCell[];
  /** Fitted cells that were left out for the size of their groups. */
  readonly guarded: readonly FittedCell[];
}

/** A cell that might have been chosen. */
export interface FrontCell {
  readonly cell: FittedCell;
  /** Mean adjusted Rand index between fits, -0.5 .. 1; null where the rule doesn't ask for it. */
  readonly stability: number | null;
}
