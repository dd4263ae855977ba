import type { Alarm, MachineEvidence, WorstBand } from '../../records/types.js';
import { array, type ColumnType, float64, nullable, string, symbol, timeUs, uint32 } from '../column-type.js';
import type { Sourced } from '../source.js';
import { type Column, column } from '../table.js';

type AlarmColumn = Column<Sourced<Alarm>>;

/** What the alarm of a machine rests on; NULL and empty for other alarms. */
export const EVIDENCE_COLUMNS: readonly AlarmColumn[] = [
  evidence('detector', symbol, 'Detector of a machine that raised it: sudden, creeping.', e => e.detector),
  evidence('segments', uint32, 'How many segments a mean of its residuals stands for (n).', e => e.segments),
  evidence('first_time', timeUs, 'Start of the first segment above the threshold.', e => e.firstUs),
  evidence('last_time', timeUs, 'End of the last one so far.', e => e.lastUs),
  evidence('means', uint32, 'How many means it rests on so far.', e => e.means),
  evidence('mean_residual', float64, 'Their mean.', e => e.meanResidual),
  evidence('peak_mean', float64, 'The largest of them.', e => e.peakMean),
  evidence('peak_residual', float64, 'The largest residual of a single segment.', e => e.peakResidual),
  evidence('peak_time', timeUs, 'Start of that segment: what to listen to.', e => e.peakUs),
  band('band_low_hz', 'Lower edges of the frequency bands that are worst, the worst first.', b => b.lowHz),
  band('band_high_hz', 'Their upper edges.', b => b.highHz),
  band('band_residual', 'Their mean residuals in the segments that raised it.', b => b.residual),
  band('band_normal_residual', 'Their mean residuals in normal operation.', b => b.normalResidual),
  evidence('clip_uri', string, 'Where the sound is kept; NULL when clips are off.', e => e.clipUri),
  evidence('closed_by', symbol, 'Why it was cleared: released, off, gap, end.', e => e.closedBy),
];

function evidence<T>(
  name: string,
  type: ColumnType<T>,
  comment: string,
  value: (evidence: MachineEvidence) => T | null,
): AlarmColumn {
  return column(name, nullable(type), comment, ({ record }: Sourced<Alarm>) =>
    record.evidence === null ? null : value(record.evidence),
  );
}

function band(name: string, comment: string, value: (band: WorstBand) => number): AlarmColumn {
  return column(
    name,
    array(float64),
    comment,
    ({ record }: Sourced<Alarm>) => record.evidence?.bands.map(value) ?? [],
  );
}
