import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PlantsenseError } from '../../errors.js';
import { DataDirectory, findOwner } from '../data-directory.js';
import type { Broker } from '../port.js';
import type { BrokerAddress } from './client-connection.js';
import { CoreBroker } from './core-broker.js';
import { LocalCore, type LocalCoreOptions } from './local-core.js';
import { RemoteCore } from './remote-core.js';
import { BrokerServer } from './server.js';

export interface EmbeddedOptions extends LocalCoreOptions {
  /** `own` the log, `attach` to the process that owns it, or whichever is possible. Default `own-or-attach`. */
  readonly mode?: 'own' | 'attach' | 'own-or-attach';
  /** A directory that this process owns already, because its store is in there too. Closing leaves it owned. */
  readonly directory?: DataDirectory;
  /** Of the socket that the owner serves on; a free one by default. */
  readonly port?: number;
}

export interface EmbeddedBroker extends Broker {
  readonly role: 'owner' | 'attached';
  /** The data directory, for its owner. */
  readonly directory: DataDirectory | null;
}

/** An owner that has just started announces its broker within this time. */
const ANNOUNCEMENT_MS = 10_000;

/**
 * Opens the broker that lives in a data directory. Its owner serves others on loopback; who attaches gets the same port
 * over that socket, reconnects by itself, and sees BROKER_UNAVAILABLE while there is no owner.
 *
 * @throws PlantsenseError DATA_DIR_IN_USE (`own`), BROKER_UNAVAILABLE (`attach`, nobody owns it), DATA_DIR_CORRUPT,
 *   DISK_FULL, PORT_IN_USE
 */
export async function openEmbedded(dataDir: string, options: EmbeddedOptions = {}): Promise<EmbeddedBroker> {
  const { mode = 'own-or-attach' } = options;
  if (mode === 'attach') return attach(dataDir, options);
  try {
    return await own(options.directory ?? (await DataDirectory.own(dataDir)), options);
  } catch (error) {
    const inUse = error instanceof PlantsenseError && error.code === 'DATA_DIR_IN_USE';
    if (mode === 'own' || !inUse) throw error;
    return attach(dataDir, options);
  }
}

async function own(directory: DataDirectory, options: EmbeddedOptions): Promise<EmbeddedBroker> {
  const undo: (() => Promise<void>)[] = [];
  undo.push(() => (options.directory ? directory.announce({ broker: null }) : directory.release()));
  const close = async () => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    const core = await LocalCore.open(join(directory.path, 'broker'), options);
    undo.push(() => core.close());
    const { port = 0 } = options;
    const server = await BrokerServer.listen(core, { token: directory.token, port });
    undo.push(() => server.close());
    await directory.announce({ broker: server.address });
    return Object.assign(new CoreBroker(core, close), { role: 'owner', directory } as const);
  } catch (error) {
    await close();
    throw error;
  }
}

async function attach(dataDir: string, options: EmbeddedOptions): Promise<EmbeddedBroker> {
  const deadlineMs = performance.now() + ANNOUNCEMENT_MS;
  let owner = await findOwner(dataDir);
  while (owner !== null && owner.addresses.broker === undefined && performance.now() < deadlineMs) {
    await sleep(50);
    owner = await findOwner(dataDir);
  }
  const core = new RemoteCore(() => locate(dataDir), options.now);
  try {
    await core.listTopics();
  } catch (error) {
    await core.close();
    throw error;
  }
  return Object.assign(new CoreBroker(core, () => core.close()), {
    role: 'attached',
    directory: null,
  } as const);
}

async function locate(dataDir: string): Promise<BrokerAddress> {
  const owner = await findOwner(dataDir);
  if (owner === null) throw new PlantsenseError('BROKER_UNAVAILABLE', `No process owns ${dataDir}.`);
  const { broker } = owner.addresses;
  if (broker !== undefined) return { address: broker, token: owner.token };
  throw new PlantsenseError(
    'BROKER_UNAVAILABLE',
    `Process ${owner.pid} owns ${dataDir} but serves no broker.`,
  );
}
