import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import type { Broker } from '../broker/port.js';
import { PlantsenseError } from '../errors.js';
import type { Log } from '../telemetry/log.js';
import type { LoadedTopology } from '../topology/load.js';
import type { Topology } from '../topology/topology.js';
import type { Cli } from './cli.js';

/** Where the broker is. */
export interface BrokerFlags {
  readonly topology?: string;
  readonly broker?: string;
  readonly dataDir?: string;
}

/** Where the store is. */
export interface StoreFlags {
  readonly topology?: string;
  readonly store?: string;
  readonly dataDir?: string;
}

/** Adds the options that say where the topics are. */
export function withBrokerOptions(command: Command): Command {
  return withDataDir(
    withTopology(command).option('--broker <address>', 'embedded, or kafka://host:port,host:port'),
  );
}

/** Adds the options that say where the tables are. */
export function withStoreOptions(command: Command): Command {
  return withDataDir(withTopology(command).option('--store <address>', 'embedded, or http://host:port'));
}

function withTopology(command: Command): Command {
  return command.option('-t, --topology <file>', 'take the settings below from a topology');
}

export function withDataDir(command: Command): Command {
  return command.option(
    '--data-dir <dir>',
    'of the embedded broker and store; PLANTSENSE_DATA_DIR or .plantsense without it',
  );
}

/** What the options and the environment say, as a topology. */
export async function readConnection(cli: Cli, flags: BrokerFlags & StoreFlags): Promise<Topology> {
  const { topology: path } = flags;
  if (path !== undefined) return (await readTopology(cli, path, flags)).topology;
  const { bareTopology } = await import('../topology/bare-topology.js');
  const { applyOverrides } = await import('../topology/overrides.js');
  return applyOverrides(bareTopology(cli.env), flags, cli.env);
}

/** A topology file with what the options and the environment say instead, and what `lint` would warn of. */
export async function readTopology(
  { env }: Cli,
  path: string,
  flags: BrokerFlags & StoreFlags,
): Promise<LoadedTopology> {
  const { loadTopology } = await import('../topology/load.js');
  const { applyOverrides } = await import('../topology/overrides.js');
  const { topology, warnings } = await loadTopology(path, env);
  return { topology: applyOverrides(topology, flags, env), warnings };
}

/** A log for commands that end by themselves: what goes wrong beside their error. */
export async function quietLog(cli: Cli): Promise<Log> {
  const { createLog } = await import('../telemetry/log.js');
  return createLog({ level: cli.env.PLANTSENSE_DEBUG === '1' ? 'debug' : 'warn' });
}

/** Opens the broker beside a running topology, or alone, for as long as `work` takes. */
export async function withBroker<T>(
  cli: Cli,
  topology: Topology,
  work: (broker: Broker) => Promise<T>,
  mode: 'attach' | 'own-or-attach' = 'own-or-attach',
): Promise<T> {
  const { openBroker } = await import('../topology/open-engines.js');
  // With Kafka only a store would live in the data directory, and none is wanted here.
  const wanted = topology.broker.type === 'kafka' ? 'attach' : mode;
  const opened = await openBroker(topology, wanted, await quietLog(cli));
  try {
    return await work(opened.broker);
  } finally {
    await opened.close();
  }
}

/** As `withBroker`, for a command that only reads: an empty data directory in a mistyped place helps nobody. */
export async function withExistingBroker<T>(
  cli: Cli,
  topology: Topology,
  work: (broker: Broker) => Promise<T>,
  mode: 'attach' | 'own-or-attach' = 'own-or-attach',
): Promise<T> {
  if (topology.broker.type === 'embedded') checkDataDir(topology);
  return withBroker(cli, topology, work, mode);
}

/** @throws PlantsenseError FILE_NOT_FOUND */
export function checkDataDir({ dataDir }: Topology): void {
  if (!existsSync(dataDir))
    throw new PlantsenseError('FILE_NOT_FOUND', `There is no data directory at ${dataDir}.`);
}
