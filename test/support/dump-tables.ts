import type { Store } from '../../src/store/client.js';
import { INTERVALS, rollupName } from '../../src/store/rollup.js';
import { ROLLUPS } from '../../src/store/rollups/index.js';
import { TABLES } from '../../src/store/tables/index.js';
import { varyingColumns } from '../../src/store/varying-columns.js';

/** Every table that must come out the same, and every rollup: its rows as text, one a line, sorted, below their header. */
export type Dump = Readonly<Record<string, readonly string[]>>;

/** Reads without FINAL and without DISTINCT, all columns but those of `src/store/varying-columns.ts`. */
export async function dumpTables(store: Store, { afterCrash = false } = {}): Promise<Dump> {
  const dump: Record<string, readonly string[]> = {};
  for (const { name } of TABLES) {
    const varying = varyingColumns(name, { afterCrash });
    if (varying) dump[name] = await rowsOf(store, `SELECT * EXCEPT (${varying}) FROM ${name}`);
  }
  for (const rollup of ROLLUPS)
    for (const interval of INTERVALS) {
      const name = rollupName(rollup, interval);
      dump[name] = await rowsOf(store, `SELECT * FROM ${name}`);
    }
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

/** The values of a column, as text, in the order of the rows. */
export function columnOf(dump: Dump, table: string, column: string): string[] {
  const [header, ...rows] = dump[table]!;
  const at = header!.split('\t').indexOf(column);
  if (at < 0) throw new Error(`${table} has no column ${column}: ${header}`);
  return rows.map(row => row.split('\t')[at]!);
}
