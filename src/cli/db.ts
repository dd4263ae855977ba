import type { Command } from 'commander';
import { PlantsenseError } from '../errors.js';
import type { Store } from '../store/client.js';
import type { Topology } from '../topology/topology.js';
import type { Cli } from './cli.js';
import { checkDataDir, quietLog, readConnection, type StoreFlags, withStoreOptions } from './connection.js';
import { EXIT } from './exit-code.js';
import { type JsonOption, newCommand, newGroup } from './new-command.js';
import { formatTable } from './table.js';

type Flags = JsonOption & StoreFlags;

interface QueryFlags extends Flags {
  readonly format?: string;
}

export function dbCommand(cli: Cli): Command {
  return newGroup('db', 'Ask the store, and look after its tables.', [
    queryCommand(cli),
    migrateCommand(cli),
    statusCommand(cli),
  ]);
}

function queryCommand(cli: Cli): Command {
  const command = newCommand(
    'query',
    'Run SQL (ClickHouse) and print the result. It works beside a running topology.',
    'db query "SELECT sensor, count() FROM events GROUP BY sensor" --format CSVWithNames',
  )
    .argument('<sql>', 'a statement; tables are in docs/reference/tables.md')
    .option(
      '--format <format>',
      "any of ClickHouse's output formats (default: a table on a terminal, else TabSeparatedWithNames; JSONEachRow with --json)",
    );
  return withStoreOptions(command).action(async (sql: string, flags: QueryFlags) => {
    if (sql.trim() === '') throw new PlantsenseError('USAGE_INVALID', 'The statement is empty.');
    const { json, format = json ? 'JSONEachRow' : defaultFormat(cli) } = flags;
    await withStore(cli, await readConnection(cli, flags), async store => {
      for await (const bytes of store.read(sql, { format, signal: cli.signal }))
        await cli.stdout.write(bytes);
    });
  });
}

function migrateCommand(cli: Cli): Command {
  const command = newCommand(
    'migrate',
    'Make the database and its tables, or bring them to this version. Does nothing when they are.',
    'db migrate --store http://clickhouse:8123',
  );
  return withStoreOptions(command).action(async (flags: Flags) => {
    const { migrate } = await import('../store/migrate.js');
    const { database, applied, version } = await withStore(
      cli,
      await readConnection(cli, flags),
      async store => ({ database: store.database, ...(await migrate(store)) }),
    );
    if (flags.json) return cli.stdout.json({ database, applied, version });
    const done = applied.length === 0 ? 'it was' : `done: ${applied.join(', ')}`;
    await cli.stdout.line(`${database} has schema version ${version} (${done}).`);
  });
}

function statusCommand(cli: Cli): Command {
  const command = newCommand(
    'status',
    'Show tables with their rows and sizes, and whether they are as this version wants them. Exits with 1 when not.',
    'db status --json',
  );
  return withStoreOptions(command).action(async (flags: Flags) => {
    const { storeStatus } = await import('../store/status.js');
    const { schemaDifferences } = await import('../store/schema-check.js');
    const { status, differences } = await withStore(cli, await readConnection(cli, flags), async store => ({
      status: await storeStatus(store),
      differences: await schemaDifferences(store),
    }));
    if (differences.length > 0) cli.exitCode = EXIT.failed;
    if (flags.json) return cli.stdout.json({ ok: differences.length === 0, ...status, differences });
    const { url, database, server, schemaVersion, tables } = status;
    await cli.stdout.line(
      `${url}, ClickHouse ${server}, database ${database}, schema version ${schemaVersion}`,
    );
    const rows = tables.map(({ table, rows: count, bytes }) => [table, `${count}`, `${bytes}`]);
    await cli.stdout.write(formatTable(['table', 'rows', 'bytes'], rows));
    for (const difference of differences) await cli.stdout.line(`differs: ${difference}`);
  });
}

function defaultFormat({ stdout }: Cli): string {
  return stdout.isTerminal ? 'PrettyCompactMonoBlock' : 'TabSeparatedWithNames';
}

/** Opens the store beside a running topology, or alone, for as long as `work` takes. */
async function withStore<T>(cli: Cli, topology: Topology, work: (store: Store) => Promise<T>): Promise<T> {
  const { ownOrNull } = await import('../topology/own-or-null.js');
  const { reachStore } = await import('../topology/reach-store.js');
  const isEmbedded = topology.store.type === 'embedded';
  if (isEmbedded) checkDataDir(topology);
  const directory = isEmbedded ? await ownOrNull(topology.dataDir) : null;
  try {
    const { store, close } = await reachStore(topology, directory, await quietLog(cli));
    try {
      return await work(store);
    } finally {
      await close();
    }
  } finally {
    await directory?.release();
  }
}
