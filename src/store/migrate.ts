import { PlantsenseError } from '../errors.js';
import type { Store } from './client.js';
import { MIGRATIONS } from './migrations/index.js';
import type { Migration } from './migrations/migration.js';
import { applyRetention, type Retention } from './retention.js';
import { identifier, qualified } from './sql.js';
import { columnDefinition, INGESTED_AT, TABLE_SETTINGS } from './table.js';

export interface MigrateOptions {
  /** Days that rows are kept, by table; the defaults are those of `docs/reference/tables.md`. */
  readonly retention?: Retention;
  /** For tests. */
  readonly migrations?: readonly Migration[];
}

export interface MigrateResult {
  /** Versions of the steps that were done now. */
  readonly applied: readonly number[];
  /** The version that the database has. */
  readonly version: number;
}

const TABLE = 'schema_migrations';

/**
 * Brings a database to the schema of this version: makes it if it is not there, does the steps that are missing, in
 * order, and sets how long rows are kept. Does nothing to a database that is up to date.
 * @throws PlantsenseError STORE_SCHEMA_NEWER when a newer version has changed the database; nothing is done then
 */
export async function migrate(store: Store, options: MigrateOptions = {}): Promise<MigrateResult> {
  const { migrations = MIGRATIONS, retention = {} } = options;
  const { database } = store;
  await store.command(`CREATE DATABASE IF NOT EXISTS ${identifier(database)}`);
  await store.command(createMigrationsTable(database));
  const done = await schemaVersion(store);
  const latest = migrations.at(-1)?.version ?? 0;
  if (done > latest)
    throw new PlantsenseError(
      'STORE_SCHEMA_NEWER',
      `Database ${database} has schema version ${done}; this version of Plantsense knows ${latest}.`,
    );
  const missing = migrations.filter(migration => migration.version > done);
  for (const { version, name, statements } of missing) {
    for (const statement of statements(database)) await store.command(statement);
    await store.command(
      `INSERT INTO ${qualified(database, TABLE)} (version, name) VALUES ({version:UInt32}, {name:String})`,
      { parameters: { version, name } },
    );
  }
  await applyRetention(store, retention);
  return { applied: missing.map(({ version }) => version), version: latest };
}

/** The version of the last step that was done, 0 before the first. */
export async function schemaVersion(store: Store): Promise<number> {
  const rows = await store.query<{ version: number }>(
    `SELECT max(version) AS version FROM ${qualified(store.database, TABLE)}`,
  );
  return rows[0]?.version ?? 0;
}

function createMigrationsTable(database: string): string {
  const columns = [
    { name: 'version', type: 'UInt32', comment: 'Number of the step.' },
    { name: 'name', type: 'String', comment: 'Name of the step.' },
    { ...INGESTED_AT, comment: 'When the step was done.' },
  ];
  return `CREATE TABLE IF NOT EXISTS ${qualified(database, TABLE)} (
  ${columns.map(columnDefinition).join(',\n  ')}
)
ENGINE = ReplacingMergeTree
ORDER BY version
SETTINGS ${TABLE_SETTINGS}
COMMENT 'Steps of the schema that were done.'`;
}
