import type { DataDirectory } from '../broker/data-directory.js';
import { connectStore } from '../store/client.js';
import type { Log } from '../telemetry/log.js';
import { type OpenStore, openTopologyStore } from './open-store.js';
import type { Topology } from './topology.js';

/**
 * Opens the store that a topology names, as it is: tables of a server are neither made nor changed, so that a user who
 * may only read is enough.
 * @param directory the data directory, when this process owns it; null attaches to the owner's store
 * @throws PlantsenseError as `openTopologyStore`
 */
export async function reachStore(
  topology: Topology,
  directory: DataDirectory | null,
  log: Log,
): Promise<OpenStore> {
  if (topology.store.type === 'embedded') return openTopologyStore(topology, directory, log);
  const { url, database, username, password } = topology.store;
  const store = connectStore({ url, database, username, password: password.reveal() });
  return { store, url, close: () => store.close() };
}
