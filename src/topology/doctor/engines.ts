import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataDirectory, findOwner } from '../../broker/data-directory.js';
import type { Store } from '../../store/client.js';
import { schemaDifferences } from '../../store/schema-check.js';
import type { Log } from '../../telemetry/log.js';
import { openBroker } from '../open-engines.js';
import { openTopologyStore } from '../open-store.js';
import { reachStore } from '../reach-store.js';
import { checkTopics } from '../topics-apply.js';
import type { Topology } from '../topology.js';
import { type Check, ok, warning } from './check.js';

/** Reaches the broker. One that is embedded and not running is tried in a directory of its own. */
export async function brokerCheck(topology: Topology, log: Log): Promise<Check> {
  if (topology.broker.type === 'embedded' && !(await findOwner(topology.dataDir)))
    return inScratchDirectory(async dataDir => {
      const { broker, close } = await openBroker({ ...topology, dataDir }, 'own', log);
      await broker.admin.createTopic('doctor', { partitions: 1 });
      const producer = await broker.producer();
      await producer.send('doctor', [{ key: null, value: Buffer.from('hello') }]);
      await close();
      return ok('broker', 'The embedded broker works.');
    });
  const { broker, close } = await openBroker(topology, 'attach', log);
  try {
    const plan = await checkTopics(broker.admin, topology);
    const other = plan.filter(({ type }) => type !== 'keep').map(({ topic }) => topic);
    const detail = `The ${broker.kind} broker answers.`;
    if (other.length === 0) return ok('broker', detail);
    return warning(
      'broker',
      `${detail} Topics that are missing or differ: ${other.join(', ')}.`,
      'Look at them with `plantsense topics check TOPOLOGY`, put them right with `topics apply`.',
    );
  } finally {
    await close();
  }
}

/** Reaches the store. One that is embedded and not running is tried in a directory of its own. */
export async function storeCheck(topology: Topology, log: Log): Promise<Check> {
  if (topology.store.type === 'embedded' && !(await findOwner(topology.dataDir)))
    return inScratchDirectory(async dataDir => {
      const directory = await DataDirectory.own(dataDir);
      const { store, close } = await openTopologyStore({ ...topology, dataDir }, directory, log);
      try {
        return ok('store', `The embedded store works, ClickHouse ${await engineVersion(store)}.`);
      } finally {
        await close();
        await directory.release();
      }
    });
  const { store, url, close } = await reachStore(topology, null, log);
  try {
    const detail = `ClickHouse ${await engineVersion(store)} at ${url}`;
    const differences = await schemaDifferences(store);
    if (differences.length === 0) return ok('store', detail);
    return warning(
      'store',
      `${detail}: ${differences.length} tables or columns differ.`,
      'Run `plantsense db migrate`.',
    );
  } finally {
    await close();
  }
}

async function engineVersion(store: Store): Promise<string> {
  await store.ping();
  const [row] = await store.query<{ version: string }>('SELECT version() AS version');
  return row?.version ?? 'of unknown version';
}

async function inScratchDirectory(work: (dataDir: string) => Promise<Check>): Promise<Check> {
  const dataDir = await mkdtemp(join(tmpdir(), 'plantsense-doctor-'));
  try {
    return await work(dataDir);
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}
