import type { Alarm } from '../../records/types.js';
import { float64, nullable, string, symbol, timeUs } from '../column-type.js';
import { SOURCE_KEY, type Sourced, sourceColumns } from '../source.js';
import { column, type Table } from '../table.js';
import { EVIDENCE_COLUMNS } from './evidence-columns.js';

export const alarms: Table<Sourced<Alarm>> = {
  name: 'alarms',
  comment: 'Conditions that a person should see: a row when one begins and a row when it ends.',
  columns: [
    column('id', string, 'Id of the alarm, for both rows.', row => row.record.id),
    column('sensor', symbol, 'Id of the microphone or camera.', row => row.record.sensor),
    column('time', timeUs, 'When the condition began or ended.', row => row.record.timeUs),
    column(
      'kind',
      symbol,
      'What is wrong: sensor_silent, digital_silence, machine_abnormal.',
      row => row.record.kind,
    ),
    column('state', symbol, 'raised or cleared.', row => row.record.state),
    column('severity', symbol, 'info, warning or critical.', row => row.record.severity),
    column('message', string, 'One sentence for people.', row => row.record.message),
    column(
      'value',
      nullable(float64),
      'The measured value; NULL where there is none.',
      row => row.record.value,
    ),
    column('threshold', nullable(float64), 'The limit that it crossed.', row => row.record.threshold),
    column(
      'subject_id',
      nullable(string),
      'Event, segment or picture that raised it.',
      row => row.record.subjectId,
    ),
    column('model_version', nullable(symbol), 'Model behind it.', row => row.record.modelVersion),
    ...EVIDENCE_COLUMNS,
    ...sourceColumns<Alarm>(),
  ],
  primaryKey: ['sensor', 'time'],
  orderBy: ['sensor', 'time', 'id', ...SOURCE_KEY],
  partitionBy: 'toYYYYMM(time)',
  ttlDays: 730,
};
