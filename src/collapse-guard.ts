import { PlantsenseError } from './errors.js';

export interface GroupShares {
  /** Groups that have rows. */
  readonly activeGroups: number;
  /** Share of the rows that the largest group has, 0 to 1. */
  readonly largestShare: number;
}

/** @param sizes rows of each group */
export function groupShares(sizes: Float64Array): GroupShares {
  const rows = sizes.reduce((a, b) => a + b, 0);
  const largest = sizes.reduce((a, b) => Math.max(a, b), 0);
  return { activeGroups: sizes.filter(size => size > 0).length, largestShare: largest / rows };
}

/**
 * Refuses a fit that put (nearly) everything into one group: it is an error, not a result.
 *
 * @param asked number of groups asked for; 1 is no collapse
 * @param maxShare largest share that a group may have
 * @throws PlantsenseError MODEL_COLLAPSED
 */
export function checkCollapse(shares: GroupShares, asked: number, maxShare: number): void {
  if (asked === 1) return;
  if (shares.activeGroups >= 2 && shares.largestShare <= maxShare) return;
  const percent = (100 * shares.largestShare).toFixed(1);
  throw new PlantsenseError(
    'MODEL_COLLAPSED',
    `Of ${asked} groups ${shares.activeGroups} have events, the largest has ${percent} % of them.`,
  );
}
