import { randomBytes } from 'node:crypto';
import { connectStore, type Store, type StoreAddress } from './client.js';
import { Supervisor, type SupervisorOptions } from './embedded/supervisor.js';

/** A ClickHouse server, or an engine of our own in a child process. */
export type StoreTarget =
  | (StoreAddress & { readonly type: 'clickhouse' })
  | (EmbeddedOptions & { readonly type: 'embedded' });

export interface EmbeddedOptions
  extends Omit<SupervisorOptions, 'credentials'>,
    Pick<StoreAddress, 'database' | 'timeoutMs'> {
  /** Default: one made for this run, so that only those who are told it can connect. */
  readonly password?: string;
}

/** A store, and where others can connect to it. */
export interface OpenStore extends Store {
  /** The password is a secret: keep the address where only the owner of the data can read it. */
  readonly address: Required<Omit<StoreAddress, 'timeoutMs'>>;
  /** Process id of the embedded engine; null when there is none, or while it is being started again. */
  readonly pid: () => number | null;
}

const EMBEDDED_USER = 'default';

/**
 * Opens a store. For a server nothing is sent yet; an embedded engine is started, and ended again by `close`.
 * @throws PlantsenseError DATA_DIR_IN_USE, DATA_DIR_CORRUPT, PORT_IN_USE
 */
export async function openStore(target: StoreTarget): Promise<OpenStore> {
  if (target.type === 'clickhouse') return withAddress(target, connectStore(target), () => null);
  const { database, timeoutMs, password = randomBytes(24).toString('base64url'), ...options } = target;
  const credentials = { username: EMBEDDED_USER, password };
  const supervisor = await Supervisor.start({ ...options, credentials });
  const address = {
    url: supervisor.url,
    ...credentials,
    ...(database === undefined ? {} : { database }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  };
  const store = connectStore(address);
  return {
    ...withAddress(address, store, () => supervisor.pid),
    close: async () => {
      await supervisor.stop();
      await store.close();
    },
  };
}

function withAddress(address: StoreAddress, store: Store, pid: () => number | null): OpenStore {
  const { url, username = EMBEDDED_USER, password = '' } = address;
  return { ...store, address: { url, username, password, database: store.database }, pid };
}
