import type { Table } from '../table.js';
import { alarms } from './alarms.js';
import { assignments } from './assignments.js';
import { deadLetters } from './dead-letters.js';
import { events } from './events.js';
import { imageAssignments } from './image-assignments.js';
import { labels } from './labels.js';
import { levels } from './levels.js';
import { machineScores } from './machine-scores.js';
import { models } from './models.js';
import { stageMetrics } from './stage-metrics.js';

/** Every table that rows are written to. */
export const TABLES: readonly Table<never>[] = [
  levels,
  events,
  assignments,
  machineScores,
  imageAssignments,
  alarms,
  labels,
  models,
  deadLetters,
  stageMetrics,
];

export {
  alarms,
  assignments,
  deadLetters,
  events,
  imageAssignments,
  labels,
  levels,
  machineScores,
  models,
  stageMetrics,
};
