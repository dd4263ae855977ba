import type { Measure, Rollup } from '../rollup.js';
import { assignments } from '../tables/assignments.js';
import { asIs, countMeasure, sensorKey } from './sound.js';

const count = countMeasure('event_count', 'Events that began in the interval.', 'count()');
const novel = countMeasure('novel_count', 'Events that fit no group.', 'countIf(source.novel)');
const probability: Measure = {
  name: 'probability_sum',
  type: 'Decimal(38, 9)',
  comment: 'Sum of the probabilities of the best group.',
  merge: 'sum',
  value: 'sum(toDecimal128(ifNull(source.probability, 0), 9))',
};

export const assignmentsRollup: Rollup = {
  name: 'assignments',
  comment: 'Noise events by group.',
  source: assignments,
  time: 'source.time',
  keys: [
    sensorKey,
    {
      name: 'group',
      type: 'Int32',
      comment: 'Group; -1 for events without one.',
      value: 'ifNull(source.`group`, -1)',
    },
    {
      name: 'model_version',
      type: 'LowCardinality(String)',
      comment: 'Model that made the rows; empty when none was active.',
      value: "ifNull(source.model_version, '')",
    },
  ],
  measures: [count, novel, probability],
  columns: [
    asIs(count),
    asIs(novel),
    {
      name: 'mean_probability',
      type: 'Float64',
      comment: 'Mean probability of the best group.',
      value: 'toFloat64(probability_sum) / event_count',
    },
  ],
};
