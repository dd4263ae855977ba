import type { Store } from './client.js';
import { INTERVALS, rollupColumns, rollupDataColumns, rollupDataName, rollupName } from './rollup.js';
import { ROLLUPS } from './rollups/index.js';
import { type ColumnText, INGESTED_AT } from './table.js';
import { TABLES } from './tables/index.js';

/** What each table and view should look like. */
function expectedSchema(): ReadonlyMap<string, readonly ColumnText[]> {
  return new Map<string, readonly ColumnText[]>([
    ...TABLES.map(table => [table.name, [...table.columns, INGESTED_AT]] as const),
    ...ROLLUPS.flatMap(rollup =>
      INTERVALS.flatMap(
        interval =>
          [
            [rollupDataName(rollup, interval), rollupDataColumns(rollup, interval)],
            [rollupName(rollup, interval), rollupColumns(rollup, interval)],
          ] as const,
      ),
    ),
  ]);
}

/** Where a database differs from the definitions, a sentence each; empty when it is as it should be. */
export async function schemaDifferences(store: Store): Promise<readonly string[]> {
  const rows = await store.query<{ table: string; name: string; type: string; comment: string }>(
    'SELECT table, name, type, comment FROM system.columns WHERE database = {database:String}',
    { parameters: { database: store.database } },
  );
  const differences: string[] = [];
  for (const [table, columns] of expectedSchema()) {
    const there = rows.filter(row => row.table === table);
    if (there.length === 0) {
      differences.push(`${table} is not there.`);
      continue;
    }
    for (const { name, type, comment } of columns) {
      const column = there.find(row => row.name === name);
      if (!column) differences.push(`${table}.${name} is not there.`);
      else if (column.type !== type) differences.push(`${table}.${name} is ${column.type}, not ${type}.`);
      else if (column.comment !== comment) differences.push(`${table}.${name} has another comment.`);
    }
  }
  return differences;
}
