import { createRollup, INTERVALS } from '../rollup.js';
import { ROLLUPS } from '../rollups/index.js';
import type { Migration } from './migration.js';

/** Makes the rollups per minute and hour. They count what comes in from now on. */
export const rollups: Migration = {
  version: 2,
  name: 'rollups',
  statements: database =>
    ROLLUPS.flatMap(rollup => INTERVALS.flatMap(interval => createRollup(database, rollup, interval))),
};
