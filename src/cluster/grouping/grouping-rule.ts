import type { FittedCell } from './cell.js';
import type { GroupingAlgorithm } from './grouping-algorithm.js';

/** How one cell of a sweep is chosen. */
export type GroupingRule =
  | ParetoRule
  /** The paper's: lowest entropy and highest Silhouette, which count alike. Likes one giant group. */
  | { readonly type: 'min-max' }
  /** Highest chance-adjusted C-Score. */
  | { readonly type: 'c-score' }
  /** Lowest convergence difference, as the paper has it. Likes many groups. */
  | { readonly type: 'convergence' }
  /** A person's choice. */
  | { readonly type: 'fixed'; readonly algorithm: GroupingAlgorithm; readonly k: number };

/** The default: of the cells that no other beats in both entropy and Silhouette the most stable one. */
export interface ParetoRule {
  readonly type: 'pareto';
  /** Rows that the smallest group must have, as a share of the mean size of the groups. */
  readonly leastGroupShare?: number;
  /** Stability within this of the highest counts as equal: then the smallest k wins. */
  readonly stabilityTolerance?: number;
}

/** Why a cell was chosen. */
export interface Choice {
  readonly cell: FittedCell;
  readonly rule: GroupingRule;
  /** In words and numbers, a sentence each. */
  readonly explanation: readonly string[];
  /** What the cell was chosen from, best first: the Pareto front, or the best by the rule's figure. */
  readonly front: readonly FrontCell[];
  /** Fitted cells that the guard left out. */
  readonly guarded: readonly FittedCell[];
}

export interface FrontCell {
  readonly cell: FittedCell;
  /** Mean adjusted Rand index between fits, -0.5 .. 1; null where the rule doesn't ask for it. */
  readonly stability: number | null;
}
