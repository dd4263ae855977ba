import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Store } from '../client.js';
import { type OpenStore, openStore } from '../open.js';
import { identifier } from '../sql.js';

export interface TestStore {
  readonly store: OpenStore;
  /** Of the embedded engine; null with a server. */
  readonly directory: string | null;
  dispose(): Promise<void>;
}

/** A real store with a database of its own: the server that CLICKHOUSE_URL names, or else an embedded engine. */
export async function openTestStore(): Promise<TestStore> {
  const url = process.env.CLICKHOUSE_URL;
  if (url !== undefined && url !== '') return openServer(url);
  const directory = temporaryDirectory();
  const store = await openStore({ type: 'embedded', directory });
  return {
    store,
    directory,
    dispose: async () => {
      await store.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function openServer(url: string): Promise<TestStore> {
  const store = await openStore({
    type: 'clickhouse',
    url,
    username: process.env.CLICKHOUSE_USER ?? 'default',
    password: process.env.CLICKHOUSE_PASSWORD ?? '',
    database: `test_${randomUUID().replaceAll('-', '')}`,
  });
  return {
    store,
    directory: null,
    dispose: async () => {
      await store.command(`DROP DATABASE IF EXISTS ${identifier(store.database)}`);
      await store.close();
    },
  };
}

export function temporaryDirectory(): string {
  return mkdtempSync(join(tmpdir(), 'plantsense-store-'));
}

/** The whole result of a statement as text. */
export async function readText(
  store: Pick<Store, 'read'>,
  sql: string,
  format = 'TabSeparated',
): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of store.read(sql, { format })) pieces.push(piece);
  return Buffer.concat(pieces).toString('utf8');
}
