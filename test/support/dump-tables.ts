import type { Store } from '../../src/store/client.js';
import { INTERVALS, rollupName } from '../../src/store/rollup.js';
import { ROLLUPS } from '../../src/store/rollups/index.js';
import { TABLES } from '../../src/store/tables/index.js';

/** Every table that must come out the same, and every rollup: its rows as text, one a line, sorted. */
export type Dump = Readonly<Record<string, readonly string[]>>;

export interface DumpOptions {
  /**
   * Whether to leave out where in the topics between the stages a row lay. A crash may repeat a message there, which
   * moves those after it; what consumers make of them stays the same.
   */
  readonly withoutSource?: boolean;
}

/** Reads without FINAL and without DISTINCT, all columns but the one that holds processing time. */
export async function dumpTables(store: Store, { withoutSource = false }: DumpOptions = {}): Promise<Dump> {
  const dump: Record<string, readonly string[]> = {};
  // The samples of metrics are about processing.
  const tables = TABLES.map(({ name }) => name).filter(name => name !== 'stage_metrics');
  const source = withoutSource ? ', source_partition, source_offset, source_index' : '';
  for (const name of tables)
    dump[name] = await rowsOf(store, `SELECT * EXCEPT (ingested_at${source}) FROM ${name}`);
  for (const rollup of ROLLUPS)
    for (const interval of INTERVALS)
      dump[rollupName(rollup, interval)] = await rowsOf(
        store,
        `SELECT * FROM ${rollupName(rollup, interval)}`,
      );
  return dump;
}

async function rowsOf(store: Store, sql: string): Promise<string[]> {
  const parts: Uint8Array[] = [];
  for await (const part of store.read(sql, { format: 'TabSeparatedWithNames' })) parts.push(part);
  const [header, ...rows] = Buffer.concat(parts).toString('latin1').trimEnd().split('\n');
  return [header!, ...rows.sort()];
}

/** How many rows a table has. */
export function rowCount(dump: Dump, table: string): number {
  return dump[table]!.length - 1;
}
