import { readFile } from 'node:fs/promises';
import { DataDirectory } from '../broker/data-directory.js';
import { openEmbedded } from '../broker/embedded/open.js';
import { openKafkaBroker } from '../broker/kafka/broker.js';
import type { KafkaSettings } from '../broker/kafka/settings.js';
import type { Broker } from '../broker/port.js';
import { PlantsenseError } from '../errors.js';
import type { Log } from '../telemetry/log.js';
import type { KafkaOptions } from './broker-options.js';
import type { Topology } from './topology.js';

export interface OpenBroker {
  readonly broker: Broker;
  /** The data directory, when this process owns it. */
  readonly directory: DataDirectory | null;
  close(): Promise<void>;
}

/**
 * Opens the broker that a topology names.
 * @param mode for the embedded broker: `own` the data directory, `attach` to the process that owns it, or either
 * @throws PlantsenseError DATA_DIR_IN_USE, BROKER_UNAVAILABLE, BROKER_AUTH_FAILED, FILE_NOT_FOUND
 */
export async function openBroker(
  topology: Topology,
  mode: 'own' | 'attach' | 'own-or-attach',
  log: Log,
): Promise<OpenBroker> {
  if (topology.broker.type === 'kafka') {
    // First the directory: that it is taken shows at once, and then no connection is left open.
    const directory = topology.store.type === 'embedded' ? await ownDirectory(topology.dataDir, mode) : null;
    try {
      const broker = await openKafkaBroker(await kafkaSettings(topology.broker), {
        log: (level, message, fields) => log[level](fields, message),
        nowMs: Date.now,
      });
      const close = () => broker.close().finally(() => directory?.release());
      return { broker, directory, close };
    } catch (error) {
      await directory?.release();
      throw error;
    }
  }
  const warn = (message: string, error?: unknown) =>
    log.warn({ component: 'broker', error: String(error ?? '') }, message);
  const broker = await openEmbedded(topology.dataDir, { mode, warn });
  return { broker, directory: broker.directory, close: () => broker.close() };
}

/** With Kafka the data directory still holds the embedded store. */
async function ownDirectory(
  path: string,
  mode: 'own' | 'attach' | 'own-or-attach',
): Promise<DataDirectory | null> {
  if (mode === 'attach') return null;
  try {
    return await DataDirectory.own(path);
  } catch (error) {
    const inUse = error instanceof PlantsenseError && error.code === 'DATA_DIR_IN_USE';
    if (mode === 'own-or-attach' && inUse) return null;
    throw error;
  }
}

async function kafkaSettings({ brokers, clientId, tls, sasl }: KafkaOptions): Promise<KafkaSettings> {
  return {
    brokers,
    clientId,
    ...(tls && {
      tls: {
        rejectUnauthorized: tls.rejectUnauthorized,
        ...(tls.caFile !== undefined && { ca: await readPem(tls.caFile) }),
        ...(tls.certFile !== undefined && { cert: await readPem(tls.certFile) }),
        ...(tls.keyFile !== undefined && { key: await readPem(tls.keyFile) }),
      },
    }),
    ...(sasl && { sasl: { ...sasl, password: sasl.password.reveal() } }),
  };
}

async function readPem(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new PlantsenseError('FILE_NOT_FOUND', `The certificate or key ${path} can't be read.`, {
      cause: error,
    });
  }
}
