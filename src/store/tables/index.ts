import type { Table } from '../table.js';
import { alarms } from './alarms.js';
import { assignments } from './assignments.js';
import { deadLetters } from './dead-letters.js';
import { events } from './events.js';
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
  alarms,
  models,
  deadLetters,
  stageMetrics,
];

export { alarms, assignments, deadLetters, events, levels, machineScores, models, stageMetrics };
