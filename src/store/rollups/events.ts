import type { Rollup } from '../rollup.js';
import { events } from '../tables/events.js';
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

const count = countMeasure('event_count', 'Events that began in the interval.', 'count()');
const cuts = countMeasure('cut_count', 'Events that were cut and go on.', 'countIf(source.cut)');
const duration = secondsMeasure('duration_secs', 'Length of the events, onset to offset.', '1');
const soundSecs = secondsMeasure(
  'sound_secs',
  'Length of the events that are not silent.',
  'isNotNull(source.laeq_db)',
);
const lafmax = maxDbMeasure('lafmax_db', 'Highest A-weighted level, Fast.');
const lcpeak = maxDbMeasure('lcpeak_db', 'Highest C-weighted peak level.');

export const eventsRollup: Rollup = {
  name: 'events',
  comment: 'Noise events of each microphone.',
  source: events,
  time: 'source.start_time',
  keys: [sensorKey, calibratedKey],
  measures: [count, cuts, duration, soundSecs, energyMeasure, lafmax, lcpeak],
  columns: [
    asIs(count),
    asIs(cuts),
    asSeconds('duration_secs', duration.comment, 'duration_secs'),
    laeqColumn('Energy mean of the A-weighted level over the events.', 'sound_secs'),
    asIs(lafmax),
    asIs(lcpeak),
  ],
};
