import { PlantsenseError } from '../../errors.js';

/** @throws PlantsenseError PARAMETER_INVALID when `value` is not a finite number above 0 */
export function checkPositive(name: string, value: number): void {
  if (!(value > 0 && value < Number.POSITIVE_INFINITY))
    throw new PlantsenseError('PARAMETER_INVALID', `${name} must be a number above 0, not ${value}.`);
}
