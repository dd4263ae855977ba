import { AgglomerativeClustering } from '../agglomerative-clustering.js';
import { NO_NEAR_LABEL } from '../c-score/c-score.js';
import { cutTree } from '../hierarchy/cut-tree.js';
import { denseLabels } from '../label-counts.js';
import { areRowsEqual, type Matrix } from '../matrix.js';
import { percent } from './cell-words.js';
import type { SplitSuggestion } from './group-tree.js';
import { Silhouettes } from './silhouettes.js';

/** When a group is suggested for splitting, and in automatic mode split. */
export interface SplitBounds {
  /** Least share of rows with another near-label than the most frequent. Default 0.1. */
  readonly leastImpurity?: number;
  /**
   * Least Silhouette inside. Default 0.25, below which Kaufman & Rousseeuw ("Finding groups in data", 1990) see no
   * structure.
   */
  readonly leastSilhouette?: number;
  /** Smaller groups stay whole. Default 20 rows. */
  readonly leastRows?: number;
}

const DEFAULT_BOUNDS: Required<SplitBounds> = {
  leastImpurity: 0.1,
  leastSilhouette: 0.25,
  leastRows: 20,
};

/** Groups that the quick look tries at most, and rows that they have in the mean: those of fewer stand apart by chance. */
const MOST_GROUPS = 10;
const ROWS_PER_GROUP = 10;

/** Rows of the smallest group that the quick look takes for one, as a share of all: fewer are odd ones out. */
const LEAST_SHARE = 0.05;

/** As long as the quick look is one: it takes n² time and memory. */
const MOST_ROWS = 5000;

/**
 * Whether a group looks like several: its near-labels are mixed, or rows inside stand apart. The second is a quick look,
 * cuts of one ward tree; a large group is judged by near-labels only.
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
  const whole = (reason: string) => ({ split: false, reason, impurity, silhouette: null });
  if (x.rows < leastRows) return whole(`It has ${x.rows} rows, fewer than ${leastRows}.`);
  if (areRowsEqual(x)) return whole('All its rows are equal.');

  const silhouette = silhouetteInside(x);
  const figures = [
    ...(impurity === null
      ? []
      : [
          `${percent(impurity)} of its rows have another near-label than most (bound ${percent(leastImpurity)})`,
        ]),
    ...(silhouette === null
      ? []
      : [`groups inside reach a Silhouette of ${silhouette.toFixed(2)} (bound ${leastSilhouette})`]),
  ];
  const isMixed = impurity !== null && impurity >= leastImpurity;
  const isApart = silhouette !== null && silhouette >= leastSilhouette;
  const reason = figures.length > 0 ? figures.join('; ') : 'nothing is known about it';
  return {
    split: isMixed || isApart,
    reason: `${reason.charAt(0).toUpperCase()}${reason.slice(1)}.`,
    impurity,
    silhouette,
  };
}

/** Share of the rows with a near-label that have not the most frequent one; null when none has one. */
export function impurityOf(nearLabels: ArrayLike<number>): number | null {
  const known = Array.from(nearLabels).filter(label => label !== NO_NEAR_LABEL);
  if (known.length === 0) return null;
  const { sizes } = denseLabels(known);
  return 1 - sizes.reduce((a, b) => Math.max(a, b)) / known.length;
}

/** The highest Silhouette of a few cuts of a ward tree; null when none has only groups that are large enough. */
function silhouetteInside(x: Matrix): number | null {
  const most = Math.min(MOST_GROUPS, Math.floor(x.rows / ROWS_PER_GROUP));
  if (x.rows > MOST_ROWS || most < 2) return null;
  const { tree } = new AgglomerativeClustering().fit(x);
  const silhouettes = new Silhouettes(x);
  let highest: number | null = null;
  for (let k = 2; k <= most; k++) {
    const { labels, sizes } = denseLabels(cutTree(tree, k));
    if (sizes.some(size => size < Math.max(2, LEAST_SHARE * x.rows))) continue;
    highest = Math.max(highest ?? Number.NEGATIVE_INFINITY, silhouettes.score(labels));
  }
  return highest;
}
