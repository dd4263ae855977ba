import type { Rollup } from '../rollup.js';
import { assignmentsRollup } from './assignments.js';
import { eventsRollup } from './events.js';
import { levelsRollup } from './levels.js';
import { machineScoresRollup } from './machine-scores.js';

/** Every rollup; each is kept per minute and per hour. */
export const ROLLUPS: readonly Rollup[] = [
  levelsRollup,
  eventsRollup,
  assignmentsRollup,
  machineScoresRollup,
];

export { assignmentsRollup, eventsRollup, levelsRollup, machineScoresRollup };
