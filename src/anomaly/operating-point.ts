import { checkResiduals } from './checks.js';

/** What a threshold α buys. */
export interface OperatingPoint {
  readonly alpha: number;
  /** Share of the normal residuals that are called normal; 1 minus it is the rate of false alarms. */
  readonly specificity: number;
  /** Share of the abnormal residuals that are called abnormal; `null` without any. */
  readonly sensitivity: number | null;
}

/** Share of residuals above α: those are abnormal, one that equals α is normal (algorithm 2). 0 without residuals. */
export function shareAbove(residuals: Float64Array, alpha: number): number {
  let above = 0;
  for (let i = 0; i < residuals.length; i++) if (residuals[i]! > alpha) above++;
  return residuals.length === 0 ? 0 : above / residuals.length;
}

/** @param abnormal empty when there are none */
export function operatingPoint(normal: Float64Array, abnormal: Float64Array, alpha: number): OperatingPoint {
  return {
    alpha,
    specificity: 1 - shareAbove(normal, alpha),
    sensitivity: abnormal.length === 0 ? null : shareAbove(abnormal, alpha),
  };
}

/**
 * The table that a person chooses α from: the trade between sensitivity and specificity (figure 10).
 *
 * @param alphas in any order
 * @returns by rising α
 * @throws PlantsenseError RESIDUALS_INVALID
 */
export function operatingPoints(
  normal: Float64Array,
  abnormal: Float64Array,
  alphas: Iterable<number>,
): OperatingPoint[] {
  checkResiduals('normal residuals', normal);
  checkResiduals('abnormal residuals', abnormal);
  const different = Float64Array.from(new Set(alphas)).sort();
  return Array.from(different, alpha => operatingPoint(normal, abnormal, alpha));
}
