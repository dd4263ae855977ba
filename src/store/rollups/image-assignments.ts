import type { Measure, ReadableColumn, Rollup } from '../rollup.js';
import { imageAssignments } from '../tables/image-assignments.js';
import { asIs, countMeasure } from './sound.js';

/** Means are kept as sums and counts: a rollup's rows are merged. */
const sumOf = (name: string, of: string, comment: string): Measure => ({
  name,
  type: 'Decimal(38, 9)',
  comment,
  merge: 'sum',
  value: `sum(toDecimal128(ifNull(source.${of}, 0), 9))`,
});
const meanOf = (name: string, sum: Measure, count: Measure, comment: string): ReadableColumn => ({
  name,
  type: 'Nullable(Float64)',
  comment,
  value: `if(${count.name} > 0, toFloat64(${sum.name}) / ${count.name}, NULL)`,
});

const count = countMeasure('image_count', 'Pictures taken in the interval.', 'count()');
const novel = countMeasure('novel_count', 'Pictures that fit no group.', 'countIf(source.novel)');
const assigned = countMeasure(
  'assigned_count',
  'Pictures that a model has looked at.',
  'countIf(isNotNull(source.probability))',
);
const labelled = countMeasure(
  'labelled_count',
  'Pictures with a suspected label.',
  'countIf(isNotNull(source.label_confidence))',
);
const probabilitySum = sumOf('probability_sum', 'probability', 'Sum of the probabilities of the paths.');
const confidenceSum = sumOf(
  'label_confidence_sum',
  'label_confidence',
  'Sum of the confidences of the suspected labels.',
);

export const imageAssignmentsRollup: Rollup = {
  name: 'image_assignments',
  comment: 'Pictures by group and suspected label.',
  source: imageAssignments,
  time: 'source.time',
  keys: [
    {
      name: 'sensor',
      type: 'LowCardinality(String)',
      comment: 'Id of the camera.',
      value: 'source.sensor',
    },
    {
      name: 'group',
      type: 'Int32',
      comment: 'Group of the first level; -1 for pictures without one.',
      value: 'ifNull(source.`group`, -1)',
    },
    {
      name: 'path',
      type: 'LowCardinality(String)',
      comment: 'Group, sub-group and so on: 2/25/1; empty for pictures without one.',
      value: 'source.path',
    },
    {
      name: 'suspected_label',
      type: 'LowCardinality(String)',
      comment: 'Label that the post-clustering layer predicts; empty where there is none.',
      value: "ifNull(source.suspected_label, '')",
    },
    {
      name: 'model_version',
      type: 'LowCardinality(String)',
      comment: 'Model that made the rows; empty when none was active.',
      value: "ifNull(source.model_version, '')",
    },
  ],
  measures: [count, novel, assigned, labelled, probabilitySum, confidenceSum],
  columns: [
    asIs(count),
    asIs(novel),
    meanOf(
      'mean_probability',
      probabilitySum,
      assigned,
      'Mean probability of the path; NULL without a model.',
    ),
    meanOf(
      'mean_label_confidence',
      confidenceSum,
      labelled,
      'Mean confidence of the suspected label; NULL without one.',
    ),
  ],
};
