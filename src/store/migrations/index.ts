import { tables } from './0001-tables.js';
import { rollups } from './0002-rollups.js';
import { machineScoresAndEvidence } from './0003-machine-scores.js';
import { imageAssignmentsAndLabels } from './0004-image-assignments.js';
import type { Migration } from './migration.js';

/** Every step, in order. */
export const MIGRATIONS: readonly Migration[] = [
  tables,
  rollups,
  machineScoresAndEvidence,
  imageAssignmentsAndLabels,
];
