import type { Rollup } from '../rollup.js';
import { assignmentsRollup } from './assignments.js';
import { eventsRollup } from './events.js';
import { imageAssignmentsRollup } from './image-assignments.js';
import { levelsRollup } from './levels.js';
import { machineScoresRollup } from './machine-scores.js';

/** Every rollup; each is kept per minute and per hour. */
export const ROLLUPS: readonly Rollup[] = [
  levelsRollup,
  eventsRollup,
  assignmentsRollup,
  machineScoresRollup,
  imageAssignmentsRollup,
];

export { assignmentsRollup, eventsRollup, imageAssignmentsRollup, levelsRollup, machineScoresRollup };
