import type { Measure, ReadableColumn, Rollup } from '../rollup.js';
import { levels } from '../tables/levels.js';
import {
  asIs,
  asSeconds,
  calibratedKey,
  countMeasure,
  energyMeasure,
  laeqColumn,
  maxDbMeasure,
  secondsMeasure,
  sensorKey,
} from './sound.js';

const soundSecs = secondsMeasure(
  'sound_secs',
  'Seconds of sound that is not silent.',
  'isNotNull(source.laeq_db)',
);
const silentSecs = secondsMeasure('silent_secs', 'Seconds of digital silence.', 'isNull(source.laeq_db)');
const lafmax = maxDbMeasure('lafmax_db', 'Highest A-weighted level, Fast.');
const lcpeak = maxDbMeasure('lcpeak_db', 'Highest C-weighted peak level.');
const clipped = countMeasure('clipped_samples', 'Samples at full scale.', 'sum(source.clipped_samples)');
const rows = countMeasure('row_count', 'Rows of levels in the interval.', 'count()');

/** A distribution in classes of 0.1 dB, as sound level meters keep it: it merges exactly, a quantile sketch does not. */
const classes: Measure = {
  name: 'laeq_classes',
  type: 'Map(Int16, UInt64)',
  comment: 'Number of rows by LAeq in tenths of a dB.',
  merge: 'sumMap',
  value:
    'sumMapIf(map(toInt16(round(least(ifNull(source.laeq_db, 0), 300) * 10)), toUInt64(1)), isNotNull(source.laeq_db))',
};

/** The level exceeded in `percent` of the rows. */
function exceeded(percent: number): ReadableColumn {
  const keys = 'arraySort(mapKeys(laeq_classes))';
  const counts = `arrayCumSum(arrayMap(class -> laeq_classes[class], ${keys}))`;
  const rank = `arraySum(mapValues(laeq_classes)) * ${(100 - percent) / 100}`;
  return {
    name: `l${percent}_db`,
    type: 'Nullable(Float64)',
    comment: `Level (LAeq of a row) exceeded in ${percent} % of the time, to 0.1 dB.`,
    value: `if(empty(laeq_classes), NULL, ${keys}[arrayFirstIndex(n -> n >= ${rank}, ${counts})] / 10)`,
  };
}

export const levelsRollup: Rollup = {
  name: 'levels',
  comment: 'Sound levels of each microphone.',
  source: levels,
  time: 'source.time',
  keys: [sensorKey, calibratedKey],
  measures: [soundSecs, silentSecs, energyMeasure, lafmax, lcpeak, classes, clipped, rows],
  columns: [
    laeqColumn('Energy mean of the A-weighted level over what is not silent.', 'sound_secs'),
    asIs(lafmax),
    asIs(lcpeak),
    exceeded(10),
    exceeded(50),
    exceeded(90),
    asSeconds('duration_secs', 'Seconds of sound, silence included.', 'sound_secs + silent_secs'),
    asSeconds('silent_secs', silentSecs.comment, 'silent_secs'),
    asIs(clipped),
    asIs(rows),
  ],
};
