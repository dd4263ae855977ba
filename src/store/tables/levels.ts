import type { NoiseLevels } from '../../records/types.js';
import { array, bool, float32, float64, nullable, symbol, timeUs, uint32, uint64 } from '../column-type.js';
import { SOURCE_KEY, type Sourced, sourceColumns } from '../source.js';
import { column, type Table } from '../table.js';

const decibels = nullable(float32);

export const levels: Table<Sourced<NoiseLevels>> = {
  name: 'levels',
  comment: 'Sound levels of each microphone, a row for each second.',
  columns: [
    column('sensor', symbol, 'Id of the microphone.', row => row.record.sensor),
    column('time', timeUs, 'Start of the interval.', row => row.record.timeUs),
    column('stream_id', symbol, 'Id of the recording session.', row => row.record.streamId),
    column('duration_secs', float64, 'Length of sound in the interval.', row => row.record.durationSecs),
    column('first_sample', uint64, 'Index of its first sample.', row => row.record.firstSample),
    column('sample_count', uint64, 'Number of its samples.', row => row.record.sampleCount),
    column('sample_rate_hz', uint32, 'Sample rate of the sound.', row => row.record.sampleRateHz),
    column(
      'laeq_db',
      decibels,
      'Energy mean of the A-weighted level; NULL when silent.',
      row => row.record.laeqDb,
    ),
    column(
      'lafmax_db',
      decibels,
      'Highest A-weighted level, Fast; NULL when silent.',
      row => row.record.lafmaxDb,
    ),
    column('lcpeak_db', decibels, 'C-weighted peak level; NULL when silent.', row => row.record.lcpeakDb),
    column(
      'lzeq_db',
      decibels,
      'Energy mean of the unweighted level; NULL when silent.',
      row => row.record.lzeqDb,
    ),
    column('l10_db', decibels, 'Level exceeded in 10 % of the time (A, Fast).', row => row.record.l10Db),
    column('l50_db', decibels, 'Level exceeded in 50 % of the time (A, Fast).', row => row.record.l50Db),
    column('l90_db', decibels, 'Level exceeded in 90 % of the time (A, Fast).', row => row.record.l90Db),
    column('silent', bool, 'True when every sample is digital zero.', row => row.record.silent),
    column('calibrated', bool, 'True when levels are dB SPL, false when dBFS.', row => row.record.calibrated),
    column('clipped_samples', uint64, 'Samples at full scale.', row => row.record.clippedSamples),
    column('band_hz', array(float32), 'Centres of the third-octave bands; empty when off.', row =>
      row.record.bands.map(band => band.centreHz),
    ),
    column('band_db', array(decibels), 'Energy mean in each band.', row =>
      row.record.bands.map(band => band.leqDb),
    ),
    ...sourceColumns<NoiseLevels>(),
  ],
  primaryKey: ['sensor', 'time'],
  orderBy: ['sensor', 'time', ...SOURCE_KEY],
  partitionBy: 'toYYYYMMDD(time)',
  ttlDays: 90,
};
