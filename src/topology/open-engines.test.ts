import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { DataDirectory } from '../broker/data-directory.js';
import { createLog } from '../telemetry/log.js';
import { bareTopology } from './bare-topology.js';
import type { KafkaOptions } from './broker-options.js';
import { openBroker } from './open-engines.js';
import { applyOverrides } from './overrides.js';

const dataDir = mkdtempSync(join(tmpdir(), 'plantsense-engines-'));
afterAll(() => rmSync(dataDir, { recursive: true }));

const log = createLog({ level: 'silent' });
/** A Kafka that is not there, and the embedded store. */
const topology = applyOverrides(bareTopology({}), { broker: 'kafka://127.0.0.1:1', dataDir }, {});

describe('opening Kafka with the embedded store', () => {
  it('tells at once that another process has the data directory, before it connects', async () => {
    const owner = await DataDirectory.own(dataDir);
    await expect(openBroker(topology, 'own', log)).rejects.toMatchObject({ code: 'DATA_DIR_IN_USE' });
    await owner.release();
  });

  it('lets the data directory go again when the broker can not be opened', async () => {
    const tls = { rejectUnauthorized: true, caFile: join(dataDir, 'no.pem') };
    const broker: KafkaOptions = { ...(topology.broker as KafkaOptions), tls };
    const opening = openBroker({ ...topology, broker }, 'own', log);
    await expect(opening).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
    await (await DataDirectory.own(dataDir)).release();
  });
});
