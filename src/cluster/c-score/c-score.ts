import { PlantsenseError } from '../../errors.js';
import { type Contingency, contingency } from '../label-counts.js';
import { expectedJaccard } from './expected-jaccard.js';

/** How well clusters and near-labels converge (the image-grouping paper, section 3.3.1). */
export interface CScore {
  /** Near-labels, and clusters, that have a row with a near-label. */
  readonly k: number;
  readonly m: number;
  /** Sum of the Jaccard similarities of all pairs of a near-label and a cluster: above 0, at most min(k, m). */
  readonly cScore: number;
  /** `cScore / (k m)`. */
  readonly normalized: number;
  /** The most that `normalized` can be: min(1 / k, 1 / m). Not 1, as one sentence of the paper says. */
  readonly upperLimit: number;
  /** `upperLimit - normalized`. Random clusters come nearer to 0 the more they are: no measure between different m. */
  readonly convergenceDifference: number;
  /** The `cScore` that clusters of these sizes have on average by chance. */
  readonly expected: number;
  /**
   * What `cScore` has above chance, as a share of what clusters would have that are the near-labels: chance is 0, perfect
   * is 1. More clusters than near-labels cost a little, mixed ones much.
   */
  readonly adjusted: number;
}

/** Stands for a row without a near-label. */
export const NO_NEAR_LABEL = -1;

/** What rounding may leave of a difference of equal sums, as a share. */
const ROUNDING = 1e-12;

/**
 * The C-Score and what is derived from it, of the rows that have a near-label.
 *
 * Chance is computed, not drawn: the mean over all ways to hand out the same clusters is a sum over the cells of the
 * contingency table, each of which is hypergeometric.
 *
 * Perfect can't be the paper's limit of `cScore`, min(k, m): many small clusters reach it by themselves, and so does one
 * cluster of everything. Such have little or nothing above chance, so the adjusted figure goes by that:
 * `(cScore - expected) / (k - expected of the near-labels as clusters)`. It is not symmetric: the near-labels say what is
 * perfect. Where these have nothing above chance themselves (there is one, or one a row) it is 0, or 1 when the clusters
 * part the rows alike.
 *
 * @param nearLabels near-label of each row, any integers; {@link NO_NEAR_LABEL}: none
 * @param clusters cluster of each row, any integers
 * @returns null when no row has a near-label
 * @throws PlantsenseError PARAMETER_INVALID when the two differ in length
 */
export function cScore(nearLabels: ArrayLike<number>, clusters: ArrayLike<number>): CScore | null {
  if (nearLabels.length !== clusters.length)
    throw new PlantsenseError(
      'PARAMETER_INVALID',
      `There are ${nearLabels.length} near-labels for ${clusters.length} rows.`,
    );
  const known = Array.from(nearLabels).flatMap((label, row) => (label === NO_NEAR_LABEL ? [] : [row]));
  if (known.length === 0) return null;
  const table = contingency(
    known.map(row => nearLabels[row]!),
    known.map(row => clusters[row]!),
  );
  const [k, m] = [table.aSizes.length, table.bSizes.length];
  const sum = sumOverPairs(table, (shared, a, b) => shared / (a + b - shared));
  const expected = sumOverPairs(table, (_shared, a, b) => expectedJaccard(a, b, table.rows));
  const upperLimit = Math.min(1 / k, 1 / m);
  const normalized = sum / (k * m);
  return {
    k,
    m,
    cScore: sum,
    normalized,
    upperLimit,
    convergenceDifference: Math.max(0, upperLimit - normalized),
    expected,
    adjusted: adjust(sum - expected, k - expectedOfItself(table), k === m && k - sum <= ROUNDING * k),
  };
}

function sumOverPairs(
  { counts, aSizes, bSizes }: Contingency,
  term: (shared: number, a: number, b: number) => number,
): number {
  let sum = 0;
  for (let i = 0; i < counts.length; i++) {
    const [a, b] = [Math.floor(i / bSizes.length), i % bSizes.length];
    sum += term(counts[i]!, aSizes[a]!, bSizes[b]!);
  }
  return sum;
}

/** What clusters of the sizes of the near-labels have by chance. */
function expectedOfItself({ aSizes, rows }: Contingency): number {
  let sum = 0;
  for (const a of aSizes) for (const b of aSizes) sum += expectedJaccard(a, b, rows);
  return sum;
}

function adjust(excess: number, most: number, isSame: boolean): number {
  if (isSame) return 1;
  return most > ROUNDING ? excess / most : 0;
}
