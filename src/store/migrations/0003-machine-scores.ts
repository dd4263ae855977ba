import { createRollup, INTERVALS } from '../rollup.js';
import { machineScoresRollup } from '../rollups/machine-scores.js';
import { createTable, updateColumns } from '../table.js';
import { alarms } from '../tables/alarms.js';
import { machineScores } from '../tables/machine-scores.js';
import type { Migration } from './migration.js';

/** The scores of machines with their rollups, and what their alarms rest on. A new database has them already. */
export const machineScoresAndEvidence: Migration = {
  version: 3,
  name: 'machine-scores',
  statements: database => [
    createTable(database, machineScores),
    updateColumns(database, alarms),
    ...INTERVALS.flatMap(interval => createRollup(database, machineScoresRollup, interval)),
  ],
};
