import { createRollup, INTERVALS } from '../rollup.js';
import { imageAssignmentsRollup } from '../rollups/image-assignments.js';
import { createTable } from '../table.js';
import { imageAssignments } from '../tables/image-assignments.js';
import { labels } from '../tables/labels.js';
import type { Migration } from './migration.js';

/** The groups of pictures with their rollups, and what people say. A new database has them already. */
export const imageAssignmentsAndLabels: Migration = {
  version: 4,
  name: 'image-assignments',
  statements: database => [
    createTable(database, imageAssignments),
    createTable(database, labels),
    ...INTERVALS.flatMap(interval => createRollup(database, imageAssignmentsRollup, interval)),
  ],
};
