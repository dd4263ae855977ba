import type { MachineScore } from '../../records/types.js';
import {
  array,
  bool,
  float32,
  float64,
  nullable,
  string,
  symbol,
  timeUs,
  uint32,
  uint64,
} from '../column-type.js';
import { SOURCE_KEY, type Sourced, sourceColumns } from '../source.js';
import { column, type Table } from '../table.js';

/** The `detector` arrays have an entry for each detector, in one order: `ARRAY JOIN` makes a row of each. */
export const machineScores: Table<Sourced<MachineScore>> = {
  name: 'machine_scores',
  comment: "What was found of each segment of a machine's sound.",
  columns: [
    column('segment_id', string, 'Id of the segment.', row => row.record.segmentId),
    column('sensor', symbol, 'Id of the microphone.', row => row.record.sensor),
    column('stream_id', symbol, 'Id of the recording session.', row => row.record.streamId),
    column(
      'first_sample',
      uint64,
      "Index of its first sample, at the model's sample rate.",
      row => row.record.firstSample,
    ),
    column('time', timeUs, 'Start of the segment.', row => row.record.timeUs),
    column('duration_secs', float64, 'Length of sound in the segment.', row => row.record.durationSecs),
    column(
      'level_db',
      nullable(float32),
      'Level: dB SPL when calibrated, else dBFS; NULL for digital silence.',
      row => row.record.levelDb,
    ),
    column(
      'clipped_samples',
      uint64,
      'Samples at full scale: clipping makes noise over all frequencies.',
      row => row.record.clippedSamples,
    ),
    column(
      'residual',
      nullable(float64),
      'Mean squared reconstruction error; NULL while the machine is off.',
      row => row.record.residual,
    ),
    column(
      'band_residuals',
      array(float32),
      'Residual of each frequency band, from the lowest up; empty while the machine is off.',
      row => row.record.bandResiduals,
    ),
    column(
      'verdict',
      symbol,
      'normal, abnormal (one detector says so), unknown or off.',
      row => row.record.verdict,
    ),
    column('detector', array(symbol), 'Names of the detectors: sudden, creeping.', row =>
      row.record.detectors.map(({ detector }) => detector),
    ),
    column('detector_segments', array(uint32), 'How many segments the mean of each stands for (n).', row =>
      row.record.detectors.map(({ segments }) => segments),
    ),
    column(
      'detector_mean_residual',
      array(nullable(float64)),
      'Their mean residual of the last n segments; NULL until n have come since the last gap.',
      row => row.record.detectors.map(({ meanResidual }) => meanResidual),
    ),
    column('detector_threshold', array(float64), 'Their thresholds for a mean of n (α).', row =>
      row.record.detectors.map(({ threshold }) => threshold),
    ),
    column(
      'detector_provisional',
      array(bool),
      'True when the threshold comes from too few means to trust.',
      row => row.record.detectors.map(({ provisional }) => provisional),
    ),
    column('detector_verdict', array(symbol), 'What each calls the segment.', row =>
      row.record.detectors.map(({ verdict }) => verdict),
    ),
    column('detector_alarm', array(bool), 'True while an alarm of the detector is open.', row =>
      row.record.detectors.map(({ alarm }) => alarm),
    ),
    column('model_version', symbol, 'Model that made the row.', row => row.record.modelVersion),
    ...sourceColumns<MachineScore>(),
  ],
  primaryKey: ['sensor', 'time'],
  orderBy: ['sensor', 'time', ...SOURCE_KEY],
  partitionBy: 'toYYYYMMDD(time)',
  ttlDays: 90,
};
