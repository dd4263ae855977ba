import { PlantsenseError } from '../errors.js';

/** @throws PlantsenseError PARAMETER_INVALID when `value` is not an integer of at least `least` */
export function checkInteger(name: string, value: number, least: number): void {
  if (!Number.isSafeInteger(value) || value < least)
    throw new PlantsenseError('PARAMETER_INVALID', `${name} must be an integer from ${least}, not ${value}.`);
}

/** @throws PlantsenseError PARAMETER_INVALID when `value` is not above 0 and below 1 */
export function checkShare(name: string, value: number): void {
  if (!(value > 0 && value < 1))
    throw new PlantsenseError('PARAMETER_INVALID', `${name} must lie between 0 and 1, not ${value}.`);
}

/** @throws PlantsenseError PARAMETER_INVALID when `value` is negative or NaN; infinity is allowed where `most` is */
export function checkRange(name: string, value: number, least: number, most: number): void {
  if (!(value >= least && value <= most))
    throw new PlantsenseError(
      'PARAMETER_INVALID',
      `${name} must be a number from ${least} to ${most}, not ${value}.`,
    );
}

/** @throws PlantsenseError RESIDUALS_INVALID when one is NaN or infinite */
export function checkScores(name: string, scores: Float64Array): void {
  for (let i = 0; i < scores.length; i++)
    if (!Number.isFinite(scores[i]))
      throw new PlantsenseError('RESIDUALS_INVALID', `Number ${i} of the ${name} is ${scores[i]}.`);
}

/** @throws PlantsenseError RESIDUALS_INVALID when one is NaN, infinite or negative */
export function checkResiduals(name: string, residuals: Float64Array): void {
  for (let i = 0; i < residuals.length; i++)
    if (!(residuals[i]! >= 0 && residuals[i]! < Number.POSITIVE_INFINITY))
      throw new PlantsenseError('RESIDUALS_INVALID', `Number ${i} of the ${name} is ${residuals[i]}.`);
}
