import { AgglomerativeClustering } from '../agglomerative-clustering.js';
import { NO_NEAR_LABEL } from '../c-score/c-score.js';
import { cutTree } from '../hierarchy/cut-tree.js';
import { denseLabels } from '../label-counts.js';
import type { Matrix } from '../matrix.js';
import { silhouetteScore } from '../silhouette-score.js';
import type { SplitSuggestion } from './group-tree.js';

/** When a group is suggested for splitting, and in automatic mode split. */
export interface SplitBounds {
  /** Least share of rows with another near-label than the most frequent. Default 0.1. */
  readonly leastImpurity?: number;
  /** Least Silhouette inside. Default 0.25. */
  readonly leastSilhouette?: number;
  /** Smaller groups stay whole. Default 20 rows. */
  readonly leastRows?: number;
}

export const DEFAULT_BOUNDS: Required<SplitBounds> = {
  leastImpurity: 0.1,
  leastSilhouette: 0.25,
  leastRows: 20,
};

/** Groups that the quick look tries at most. */
const MOST_GROUPS = 10;

/**
 * Whether a group looks like several: its near-labels are mixed, or rows inside stand apart. The second is a quick look,
 * cuts of one ward tree.
 *
 * @param x the rows of the group
 * @param nearLabels of these rows, -1 for none; null: there are none
 */
export function suggestSplit(
  x: Matrix,
  nearLabels: ArrayLike<number> | null,
  bounds: SplitBounds = {},
): SplitSuggestion {
  const { leastImpurity, leastSilhouette, leastRows } = { ...DEFAULT_BOUNDS, ...bounds };
  const impurity = nearLabels && impurityOf(nearLabels);
  if (x.rows < leastRows)
    return {
      split: false,
      reason: `It has ${x.rows} rows, fewer than ${leastRows}.`,
      impurity,
      silhouette: null,
    };
  const silhouette = silhouetteInside(x);
  const isMixed = impurity !== null && impurity >= leastImpurity;
  const isApart = silhouette !== null && silhouette >= leastSilhouette;
  const reasons = [
    ...(impurity === null
      ? []
      : [
          `${percent(impurity)} of its near-labels differ from the most frequent (bound ${percent(leastImpurity)})`,
        ]),
    ...(silhouette === null
      ? []
      : [`the Silhouette inside reaches ${silhouette.toFixed(2)} (bound ${leastSilhouette})`]),
  ];
  return { split: isMixed || isApart, reason: `${sentence(reasons.join(', and '))}.`, impurity, silhouette };
}

/** Share of the labelled rows that have not the most frequent label; null when none has one. */
export function impurityOf(nearLabels: ArrayLike<number>): number | null {
  const known = Array.from(nearLabels).filter(label => label !== NO_NEAR_LABEL);
  if (known.length === 0) return null;
  const { sizes } = denseLabels(known);
  return 1 - sizes.reduce((a, b) => Math.max(a, b)) / known.length;
}

function silhouetteInside(x: Matrix): number | null {
  const most = Math.min(MOST_GROUPS, x.rows - 1);
  if (most < 2) return null;
  const { tree } = new AgglomerativeClustering().fit(x);
  let highest = Number.NEGATIVE_INFINITY;
  for (let k = 2; k <= most; k++) highest = Math.max(highest, silhouetteScore(x, cutTree(tree, k)));
  return highest;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
