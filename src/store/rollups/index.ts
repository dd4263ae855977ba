import type { Rollup } from '../rollup.js';
import { assignmentsRollup } from './assignments.js';
import { eventsRollup } from './events.js';
import { levelsRollup } from './levels.js';

/** Every rollup; each is kept per minute and per hour. */
export const ROLLUPS: readonly Rollup[] = [levelsRollup, eventsRollup, assignmentsRollup];

export { assignmentsRollup, eventsRollup, levelsRollup };
