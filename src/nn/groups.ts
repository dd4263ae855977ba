import { PlantsenseError } from '../errors.js';
import { checkWhole } from './training/training-options.js';

/**
 * Refuses a number of groups that so few rows can't be parted into.
 * @throws PlantsenseError PARAMETER_INVALID, TRAINING_DATA_INSUFFICIENT
 */
export function checkGroups(groups: number, rows: number): void {
  checkWhole('groups', groups);
  if (rows < 2 * groups)
    throw new PlantsenseError(
      'TRAINING_DATA_INSUFFICIENT',
      `There are ${rows} rows to train on, ${groups} groups need ${2 * groups}.`,
    );
}
