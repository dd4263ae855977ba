import { PlantsenseError } from '../errors.js';
import { checkMatrix, type Matrix } from './matrix.js';

/** @throws PlantsenseError PARAMETER_INVALID when `value` is not an integer of at least `least` */
export function checkInteger(name: string, value: number, least: number): void {
  if (!Number.isSafeInteger(value) || value < least)
    throw new PlantsenseError('PARAMETER_INVALID', `${name} must be an integer from ${least}, not ${value}.`);
}

/** @throws PlantsenseError PARAMETER_INVALID when `value` is not a finite number of at least 0 */
export function checkNotNegative(name: string, value: number): void {
  if (!(value >= 0 && value < Number.POSITIVE_INFINITY))
    throw new PlantsenseError('PARAMETER_INVALID', `${name} must be a number from 0, not ${value}.`);
}

/** @throws PlantsenseError PARAMETER_INVALID when `value` is not one of `choices` */
export function checkOneOf(name: string, value: string, choices: readonly string[]): void {
  if (!choices.includes(value))
    throw new PlantsenseError(
      'PARAMETER_INVALID',
      `${name} must be one of ${choices.join(', ')}, not ${value}.`,
    );
}

/**
 * Refuses a matrix that can't be parted into so many clusters.
 * @throws PlantsenseError MATRIX_INVALID, PARAMETER_INVALID
 */
export function checkFit(x: Matrix, name: string, clusters: number): void {
  checkMatrix(x);
  if (x.rows < clusters)
    throw new PlantsenseError(
      'PARAMETER_INVALID',
      `${name} is ${clusters}, but there are only ${x.rows} rows.`,
    );
}
