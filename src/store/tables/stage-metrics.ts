import { array, float64, string, symbol, timeMs } from '../column-type.js';
import { column, type Table } from '../table.js';

/** One sample of a stage's metric. It is about processing, so the table has no part in what a replay must reproduce. */
export interface StageMetric {
  /** When it was read, milliseconds since the epoch by the wall clock. */
  readonly timeMs: number;
  readonly stage: string;
  /** The process that reports: a host name or pod name. */
  readonly instance: string;
  /** Name of the metric, as on `/metrics`. */
  readonly metric: string;
  readonly labels: readonly (readonly [name: string, value: string])[];
  readonly value: number;
}

export const stageMetrics: Table<StageMetric> = {
  name: 'stage_metrics',
  comment: "Samples of the stages' metrics over time.",
  columns: [
    column('time', timeMs, 'When the sample was read.', row => row.timeMs),
    column('stage', symbol, 'Name of the stage.', row => row.stage),
    column('instance', symbol, 'The process that reports.', row => row.instance),
    column('metric', symbol, 'Name of the metric.', row => row.metric),
    column('label_name', array(string), 'Names of its labels.', row => row.labels.map(([name]) => name)),
    column('label_value', array(string), 'Values of its labels.', row =>
      row.labels.map(([, value]) => value),
    ),
    column('value', float64, 'The value.', row => row.value),
  ],
  primaryKey: ['metric', 'stage', 'instance', 'time'],
  orderBy: ['metric', 'stage', 'instance', 'time', 'label_name', 'label_value'],
  partitionBy: 'toYYYYMM(time)',
  ttlDays: 30,
};
