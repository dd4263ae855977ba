import type { NoiseEvent } from '../../records/types.js';
import { bool, float32, float64, nullable, string, symbol, timeUs, uint32, uint64 } from '../column-type.js';
import { type Sourced, sourceColumns } from '../source.js';
import { column, type Table } from '../table.js';

const decibels = nullable(float32);

export const events: Table<Sourced<NoiseEvent>> = {
  name: 'events',
  comment: 'Loud stretches of sound that the trigger cut out.',
  columns: [
    column('id', string, 'Id of the event; the same in every run over the same log.', row => row.record.id),
    column('sensor', symbol, 'Id of the microphone.', row => row.record.sensor),
    column('stream_id', symbol, 'Id of the recording session.', row => row.record.streamId),
    column('start_time', timeUs, 'Start, pre-roll included.', row => row.record.startTimeUs),
    column('end_time', timeUs, 'End, post-roll included.', row => row.record.endTimeUs),
    column('onset_time', timeUs, 'When the trigger opened.', row => row.record.onsetTimeUs),
    column('offset_time', timeUs, 'When the level fell, or the cut.', row => row.record.offsetTimeUs),
    column('duration_secs', float64, 'From onset to offset.', row => row.record.durationSecs),
    column(
      'peak_amplitude',
      float32,
      'Largest absolute sample; full scale is 1.',
      row => row.record.peakAmplitude,
    ),
    column('laeq_db', decibels, 'Energy mean of the A-weighted level.', row => row.record.laeqDb),
    column('lafmax_db', decibels, 'Highest A-weighted level, Fast.', row => row.record.lafmaxDb),
    column('lcpeak_db', decibels, 'C-weighted peak level.', row => row.record.lcpeakDb),
    column('lzeq_db', decibels, 'Energy mean of the unweighted level.', row => row.record.lzeqDb),
    column('l10_db', decibels, 'Level exceeded in 10 % of the time (A, Fast).', row => row.record.l10Db),
    column('l50_db', decibels, 'Level exceeded in 50 % of the time (A, Fast).', row => row.record.l50Db),
    column('l90_db', decibels, 'Level exceeded in 90 % of the time (A, Fast).', row => row.record.l90Db),
    column('calibrated', bool, 'True when levels are dB SPL, false when dBFS.', row => row.record.calibrated),
    column('clipped_samples', uint64, 'Samples at full scale.', row => row.record.clippedSamples),
    column('cut', bool, 'True when it reached its limit and goes on.', row => row.record.cut),
    column('continued', bool, 'True when it goes on from a cut one.', row => row.record.continued),
    column('closed_by', symbol, 'What ended it: release, gap, idle ...', row => row.record.closedBy),
    column('first_sample', uint64, 'Index of its first sample.', row => row.record.firstSample),
    column('sample_count', uint64, 'Number of its samples.', row => row.record.sampleCount),
    column('sample_rate_hz', uint32, 'Sample rate of the sound.', row => row.record.sampleRateHz),
    column(
      'clip_uri',
      nullable(string),
      'Where its sound is kept; NULL when clips are off.',
      row => row.record.clipUri,
    ),
    ...sourceColumns<NoiseEvent>(),
  ],
  primaryKey: ['sensor', 'start_time'],
  orderBy: ['sensor', 'start_time', 'id'],
  partitionBy: 'toYYYYMM(start_time)',
  ttlDays: 730,
};
