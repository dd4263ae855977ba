import { PlantsenseError } from '../errors.js';
import type { AnyRecord, RecordName } from '../records/codec.js';
import { type Block, deduplicationToken, encodeBlock } from '../store/block.js';
import type { Store } from '../store/client.js';
import type { Sourced } from '../store/source.js';
import type { Table } from '../store/table.js';
import {
  alarms,
  assignments,
  deadLetters,
  events,
  imageAssignments,
  labels,
  levels,
  machineScores,
  models,
} from '../store/tables/index.js';
import type { BlockBounds, RecordStore, RowBlock, StoredRecord } from './store.js';

/** A table takes the records of one kind, with their place in the log. */
const TABLES: { readonly [N in RecordName]?: Table<Sourced<Extract<AnyRecord, { record: N }>['value']>> } = {
  'noise-levels': levels,
  'noise-event': events,
  'noise-assignment': assignments,
  'machine-score': machineScores,
  'image-assignment': imageAssignments,
  alarm: alarms,
  label: labels,
  'model-announcement': models,
  'dead-letter': deadLetters,
};

type AnyTable = Table<Sourced<AnyRecord['value']>>;
type AnyRow = Sourced<AnyRecord['value']>;

/** Brings records into the tables of their kind. */
export class RecordTables implements RecordStore {
  readonly #store: Pick<Store, 'insert'>;

  constructor(store: Pick<Store, 'insert'>) {
    this.#store = store;
  }

  blocksOf(
    records: readonly StoredRecord[],
    bounds: BlockBounds,
    refuse: (record: StoredRecord, error: PlantsenseError) => void,
  ): RowBlock[] {
    const rows = new Map<AnyTable, Place[]>();
    for (const stored of records) {
      const { record, partition, offset } = stored;
      // The map's type says that a kind's table takes its records; a lookup by a variable forgets it.
      const table = TABLES[record.record] as AnyTable | undefined;
      if (!table) {
        refuse(stored, noTable(record.record));
        continue;
      }
      const place = { stored, row: { record: record.value, source: { partition, offset, index: 0 } } };
      const list = rows.get(table);
      if (list) list.push(place);
      else rows.set(table, [place]);
    }
    return [...rows].flatMap(([table, places]) => {
      const block = encodeFitting(table, places, refuse);
      if (block.rows === 0) return [];
      const token = deduplicationToken(bounds, block);
      return [{ table: table.name, rows: block.rows, insert: () => this.#store.insert(block, token) }];
    });
  }
}

interface Place {
  readonly stored: StoredRecord;
  readonly row: AnyRow;
}

/** The block of all rows; where one does not fit, of those that do. */
function encodeFitting(
  table: AnyTable,
  places: readonly Place[],
  refuse: (record: StoredRecord, error: PlantsenseError) => void,
): Block {
  const whole = tryEncode(
    table,
    places.map(({ row }) => row),
  );
  if (!(whole instanceof PlantsenseError)) return whole;
  const fitting: AnyRow[] = [];
  for (const { stored, row } of places) {
    const alone = tryEncode(table, [row]);
    if (alone instanceof PlantsenseError) refuse(stored, alone);
    else fitting.push(row);
  }
  return encodeBlock(table, fitting);
}

function noTable(record: RecordName): PlantsenseError {
  return new PlantsenseError('STORE_REJECTED', `There is no table for records of the kind ${record}.`);
}

function tryEncode(table: AnyTable, rows: readonly AnyRow[]): Block | PlantsenseError {
  try {
    return encodeBlock(table, rows);
  } catch (error) {
    if (error instanceof PlantsenseError && error.class === 'terminal') return error;
    throw error;
  }
}
