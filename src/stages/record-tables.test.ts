import { describe, expect, it } from 'vitest';
import type { AnyRecord } from '../records/codec.js';
import { EXAMPLES } from '../records/testing/examples.js';
import type { Block } from '../store/block.js';
import { TABLES } from '../store/tables/index.js';
import { RecordTables } from './record-tables.js';
import type { StoredRecord } from './store.js';

const BOUNDS = { incarnation: 'abc', partition: 2, firstOffset: 10, lastOffset: 19 };

/** What became of the records, which lie at offsets from 10 on. */
async function store(records: readonly AnyRecord[]) {
  const inserted: { readonly table: string; readonly rows: number; readonly token: string }[] = [];
  const refused: [offset: number, message: string][] = [];
  const tables = new RecordTables({
    insert: async ({ table, rows }: Block, token: string) => {
      inserted.push({ table, rows, token });
    },
  });
  const stored = records.map((record, i): StoredRecord => ({ record, partition: 2, offset: 10 + i }));
  const blocks = tables.blocksOf(stored, BOUNDS, ({ offset }, { message }) =>
    refused.push([offset, message]),
  );
  for (const block of blocks) await block.insert();
  return { inserted, refused };
}

const example = (record: keyof typeof EXAMPLES) => ({ record, value: EXAMPLES[record] }) as AnyRecord;

describe('the tables of records', () => {
  it('take each record of a kind that is stored, all others are refused', async () => {
    const kinds = Object.keys(EXAMPLES) as (keyof typeof EXAMPLES)[];
    const { inserted, refused } = await store(kinds.map(example));
    const written = TABLES.map(({ name }) => name).filter(name => name !== 'stage_metrics');
    expect(inserted.map(({ table }) => table).sort()).toEqual(written.sort());
    expect(refused.length).toBe(kinds.length - written.length);
    for (const [offset, message] of refused)
      expect(message).toBe(`There is no table for records of the kind ${kinds[offset - 10]}.`);
  });

  it('give the scores and alarms of machines a block each, the same for the same records', async () => {
    const records = [example('machine-score'), example('alarm'), example('machine-score')];
    const { inserted, refused } = await store(records);
    expect(refused).toEqual([]);
    expect(inserted).toMatchObject([
      { table: 'machine_scores', rows: 2 },
      { table: 'alarms', rows: 1 },
    ]);
    expect((await store(records)).inserted).toEqual(inserted);
  });

  it('refuse a score that does not fit, and take those beside it', async () => {
    const { detectors, ...rest } = EXAMPLES['machine-score'];
    const endless = detectors.map(detector => ({ ...detector, threshold: Number.POSITIVE_INFINITY }));
    const bad: AnyRecord = { record: 'machine-score', value: { ...rest, detectors: endless } };
    const { inserted, refused } = await store([example('machine-score'), bad, example('machine-score')]);
    expect(inserted).toMatchObject([{ table: 'machine_scores', rows: 2 }]);
    expect(refused).toEqual([
      [11, 'Row 0 does not fit machine_scores.detector_threshold: Infinity is not a finite number.'],
    ]);
  });
});
