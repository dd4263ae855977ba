import type { Store } from './client.js';
import { schemaVersion } from './migrate.js';

/** A table's size. */
export interface TableStatus {
  readonly table: string;
  readonly rows: number;
  readonly bytes: number;
}

export interface StoreStatus {
  readonly url: string;
  readonly database: string;
  /** ClickHouse's version. */
  readonly server: string;
  /** 0 when the database was never migrated. */
  readonly schemaVersion: number;
  readonly tables: readonly TableStatus[];
}

/** What `db status` tells. */
export async function storeStatus(store: Store): Promise<StoreStatus> {
  const [server] = await store.query<{ version: string }>('SELECT version() AS version');
  const tables = await store.query<TableStatus>(
    `SELECT name AS table, ifNull(total_rows, 0) AS rows, ifNull(total_bytes, 0) AS bytes
     FROM system.tables WHERE database = {database:String} AND engine LIKE '%MergeTree' ORDER BY name`,
    { parameters: { database: store.database } },
  );
  const migrated = tables.some(({ table }) => table === 'schema_migrations');
  return {
    url: store.url,
    database: store.database,
    server: server?.version ?? '',
    schemaVersion: migrated ? await schemaVersion(store) : 0,
    tables,
  };
}

/** Rows of an hour that the rollups count otherwise than the table they are made from. */
export interface RollupDifference {
  readonly rollup: string;
  readonly sensor: string;
  readonly hour: string;
  readonly inTable: number;
  readonly inRollup: number;
}

/**
 * Compares the rollups with their tables: empty when all is well. Reads everything that is still kept in the tables.
 */
export async function rollupDifferences(store: Store): Promise<RollupDifference[]> {
  const compared = [
    { rollup: 'levels', time: 'time', count: 'row_count' },
    { rollup: 'events', time: 'start_time', count: 'event_count' },
    { rollup: 'assignments', time: 'time', count: 'event_count' },
    { rollup: 'machine_scores', time: 'time', count: 'segment_count' },
    { rollup: 'image_assignments', time: 'time', count: 'image_count' },
  ];
  const differences: RollupDifference[] = [];
  for (const { rollup, time, count } of compared) {
    for (const view of [`${rollup}_1m`, `${rollup}_1h`]) {
      const rows = await store.query<RollupDifference>(`
        SELECT '${view}' AS rollup, sensor, toString(hour) AS hour, sum(a) AS inTable, sum(b) AS inRollup
        FROM (
          SELECT sensor, toStartOfHour(toDateTime(${time}, 'UTC')) AS hour, count() AS a, 0 AS b
          FROM ${rollup} GROUP BY sensor, hour
          UNION ALL
          SELECT sensor, toStartOfHour(time) AS hour, 0 AS a, sum(${count}) AS b
          FROM ${view} GROUP BY sensor, hour
        )
        GROUP BY sensor, hour HAVING inTable != inRollup ORDER BY sensor, hour`);
      differences.push(...rows);
    }
  }
  return differences;
}
