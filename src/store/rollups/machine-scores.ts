import type { Measure, Rollup } from '../rollup.js';
import { machineScores } from '../tables/machine-scores.js';
import { asIs, countMeasure, sensorKey } from './sound.js';

/** A senseless residual in a row must not overflow the sum. */
const MAX_RESIDUAL = '1e15';

const segments = countMeasure('segment_count', 'Segments that began in the interval.', 'count()');
const off = countMeasure(
  'off_count',
  'Segments while the machine was off.',
  "countIf(source.verdict = 'off')",
);
const abnormal = countMeasure(
  'abnormal_count',
  'Segments that a detector calls abnormal.',
  "countIf(source.verdict = 'abnormal')",
);
const scored = countMeasure(
  'scored_count',
  'Segments that have a residual.',
  'countIf(isNotNull(source.residual))',
);
const clipped = countMeasure(
  'clipped_samples',
  'Samples at full scale: residuals of clipped sound rise though no machine ages.',
  'sum(source.clipped_samples)',
);
const residualSum: Measure = {
  name: 'residual_sum',
  type: 'Decimal(76, 30)',
  comment: 'Sum of the residuals.',
  merge: 'sum',
  value: `sum(toDecimal256(least(ifNull(source.residual, 0), ${MAX_RESIDUAL}), 30))`,
};
const residualMax: Measure = {
  name: 'max_residual',
  type: 'Nullable(Float64)',
  comment: 'Largest residual; NULL while the machine was off.',
  merge: 'max',
  value: 'max(source.residual)',
};
/** Scores are kept for months, this for years: a mean says little without the threshold that it was held against. */
const thresholds: Measure = {
  name: 'thresholds',
  type: 'Map(String, Float64)',
  comment: 'Threshold of each detector, the highest if it changed.',
  merge: 'maxMap',
  value: "maxMap(mapFromArrays(CAST(source.detector, 'Array(String)'), source.detector_threshold))",
};

export const machineScoresRollup: Rollup = {
  name: 'machine_scores',
  comment: 'Residuals of each machine: their mean shows it age.',
  source: machineScores,
  time: 'source.time',
  keys: [
    sensorKey,
    {
      name: 'model_version',
      type: 'LowCardinality(String)',
      comment: 'Model that made the rows; residuals of two models can not be compared.',
      value: 'source.model_version',
    },
  ],
  measures: [segments, off, abnormal, scored, residualSum, residualMax, clipped, thresholds],
  columns: [
    asIs(segments),
    asIs(off),
    asIs(abnormal),
    {
      name: 'mean_residual',
      type: 'Nullable(Float64)',
      comment: 'Mean residual; NULL while the machine was off.',
      value: 'if(scored_count > 0, toFloat64(residual_sum) / scored_count, NULL)',
    },
    asIs(residualMax),
    asIs(clipped),
    asIs(thresholds),
  ],
};
