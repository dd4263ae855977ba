import type { Label } from '../../records/types.js';
import { nullable, string, symbol, timeUs } from '../column-type.js';
import { SOURCE_KEY, type Sourced, sourceColumns } from '../source.js';
import { column, type Table } from '../table.js';

/** A row for each statement: which one counts is told by time, and by `retract`. */
export const labels: Table<Sourced<Label>> = {
  name: 'labels',
  comment: 'What people say about events, pictures, groups and alarms.',
  columns: [
    column('id', string, 'Id of the statement.', row => row.record.id),
    column('time', timeUs, 'When it was said.', row => row.record.timeUs),
    column(
      'subject',
      symbol,
      'What kind of thing it is about: event, image, segment, group or alarm.',
      row => row.record.subject,
    ),
    column('subject_id', string, 'Id of the thing; for a group its id or path.', row => row.record.subjectId),
    column(
      'action',
      symbol,
      'name (a group), mark (one thing), confirm, dismiss, or retract (the last statement about it).',
      row => row.record.action,
    ),
    column(
      'label',
      nullable(symbol),
      'The name or label; NULL where none is needed.',
      row => row.record.label,
    ),
    column(
      'model_version',
      nullable(symbol),
      'Model whose answer the person saw.',
      row => row.record.modelVersion,
    ),
    column('author', symbol, 'Who says it; empty when not known.', row => row.record.author),
    column('comment', string, 'Free text.', row => row.record.comment),
    ...sourceColumns<Label>(),
  ],
  primaryKey: ['subject', 'subject_id'],
  orderBy: ['subject', 'subject_id', 'time', 'id', ...SOURCE_KEY],
  partitionBy: 'toYear(time)',
  ttlDays: 3650,
};
