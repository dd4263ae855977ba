import type { DeadLetter } from '../../records/types.js';
import { array, blob, nullable, string, symbol, timeMs, timeUs, uint32, uint64 } from '../column-type.js';
import { SOURCE_KEY, type Sourced, sourceColumns } from '../source.js';
import { column, type Table } from '../table.js';

export const deadLetters: Table<Sourced<DeadLetter>> = {
  name: 'dead_letters',
  comment: 'Messages that can never be processed, with what it takes to find out why and to replay them.',
  columns: [
    column('topic', symbol, 'Topic that the message was read from.', row => row.record.originalTopic),
    column('partition', uint32, 'Its partition.', row => row.record.originalPartition),
    column('offset', uint64, 'Its offset.', row => row.record.originalOffset),
    column('key', nullable(string), 'Its key.', row => row.record.originalKey),
    column('timestamp', timeMs, 'Its timestamp.', row => row.record.originalTimestampMs),
    column('header_name', array(string), 'Names of its headers.', row =>
      row.record.originalHeaders.map(header => header.name),
    ),
    column('header_value', array(blob), 'Values of its headers.', row =>
      row.record.originalHeaders.map(header => header.value),
    ),
    column(
      'value',
      nullable(blob),
      'Its bytes, unchanged; NULL for a tombstone.',
      row => row.record.originalValue,
    ),
    column('error_code', symbol, 'Code of the error catalogue.', row => row.record.errorCode),
    column('error_class', symbol, 'retryable, terminal or fatal.', row => row.record.errorClass),
    column('message', string, 'What happened.', row => row.record.message),
    column('stage', symbol, 'Stage that refused it.', row => row.record.stage),
    column('sensor', nullable(symbol), 'Sensor, where it could be read.', row => row.record.sensor),
    column('time', nullable(timeUs), 'Event time, where it could be read.', row => row.record.timeUs),
    ...sourceColumns<DeadLetter>(),
  ],
  primaryKey: ['topic', 'partition', 'offset'],
  orderBy: ['topic', 'partition', 'offset', ...SOURCE_KEY],
  partitionBy: 'toYYYYMM(timestamp)',
  ttlDays: 90,
};
