import type { ModelAnnouncement } from '../../records/types.js';
import { array, nullable, string, symbol, timeUs, uint32, uint64 } from '../column-type.js';
import { SOURCE_KEY, type Sourced, sourceColumns } from '../source.js';
import { column, type Table } from '../table.js';

export const models: Table<Sourced<ModelAnnouncement>> = {
  name: 'models',
  comment: 'What was announced of model versions; the highest sequence has the last word.',
  columns: [
    column('method', symbol, 'What the model is for: noise, machine or image.', row => row.record.method),
    column('entity', string, 'Sensor or machine that it is for; empty for all.', row => row.record.entity),
    column(
      'sequence',
      uint64,
      'Number of the announcement within method and entity.',
      row => row.record.sequence,
    ),
    column('version', string, 'The model version.', row => row.record.version),
    column('state', symbol, 'promoted, shadowed, refused or retired.', row => row.record.state),
    column('active_from', timeUs, 'Event time from which it holds.', row => row.record.activeFromUs),
    column('created', timeUs, 'Event time of its newest training data.', row => row.record.createdUs),
    column('kind', symbol, 'Kind of model: kmeans, gmm ...', row => row.record.kind),
    column('uri', string, 'Where the artefact lies in the model store.', row => row.record.uri),
    column('card_sha256', string, "SHA-256 of the artefact's card.", row => row.record.cardSha256),
    column(
      'parent_version',
      nullable(string),
      'The version that it was fitted from.',
      row => row.record.parentVersion,
    ),
    column('groups', uint32, 'Number of groups; 0 where there are none.', row => row.record.groups),
    column('seen_topic', array(string), 'Topics that it was trained from.', row =>
      row.record.seen.map(seen => seen.topic),
    ),
    column('seen_partition', array(uint32), 'Their partitions.', row =>
      row.record.seen.map(seen => seen.partition),
    ),
    column('seen_offset', array(uint64), 'The offsets after the last message seen.', row =>
      row.record.seen.map(seen => seen.offset),
    ),
    column('reason', string, 'Why it is in this state.', row => row.record.reason),
    ...sourceColumns<ModelAnnouncement>(),
  ],
  primaryKey: ['method', 'entity', 'sequence'],
  orderBy: ['method', 'entity', 'sequence', ...SOURCE_KEY],
  partitionBy: 'tuple()',
  ttlDays: 3650,
};
