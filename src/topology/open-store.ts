import { join } from 'node:path';
import { type DataDirectory, findOwner } from '../broker/data-directory.js';
import { PlantsenseError } from '../errors.js';
import type { Store } from '../store/client.js';
import { connectStore } from '../store/client.js';
import { migrate } from '../store/migrate.js';
import { openStore } from '../store/open.js';
import type { Log } from '../telemetry/log.js';
import type { Topology } from './topology.js';

export interface OpenStore {
  readonly store: Store;
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Opens the store that a topology names, with its tables.
 * @param directory the data directory, when this process owns it; null attaches to the owner's store
 * @throws PlantsenseError STORE_UNAVAILABLE, STORE_AUTH_FAILED, DATA_DIR_CORRUPT
 */
export async function openTopologyStore(
  topology: Topology,
  directory: DataDirectory | null,
  log: Log,
): Promise<OpenStore> {
  const options = topology.store;
  if (options.type === 'clickhouse') {
    const { url, database, username, password } = options;
    return migrated(connectStore({ url, database, username, password: password.reveal() }));
  }
  if (!directory) return attach(topology.dataDir);
  // The lock file's token is the password: whoever may read the directory may read the store.
  const store = await openStore({
    type: 'embedded',
    directory: join(directory.path, 'store'),
    password: directory.token,
    log: (level, message) => log[level]({ component: 'store' }, message),
  });
  await directory.announce({ store: store.url });
  return migrated(store);
}

async function attach(dataDir: string): Promise<OpenStore> {
  const owner = await findOwner(dataDir);
  if (!owner?.addresses.store)
    throw new PlantsenseError('STORE_UNAVAILABLE', `No process that serves a store owns ${dataDir}.`);
  const store = connectStore({ url: owner.addresses.store, password: owner.token });
  return { store, url: store.url, close: () => store.close() };
}

async function migrated(store: Store): Promise<OpenStore> {
  try {
    await migrate(store);
  } catch (error) {
    await store.close();
    throw error;
  }
  return { store, url: store.url, close: () => store.close() };
}
