import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PlantsenseError } from '../../errors.js';
import { createLog } from '../../telemetry/log.js';
import { bareTopology } from '../bare-topology.js';
import { applyOverrides } from '../overrides.js';
import { check } from './check.js';
import { dataDirectoryCheck, diskCheck, portCheck } from './data-directory.js';
import { brokerCheck, storeCheck } from './engines.js';
import { nodeCheck } from './machine.js';

const log = createLog({ level: 'silent' });
const nowhere = join(tmpdir(), 'plantsense-no-such-directory', 'data');
const topology = { ...bareTopology({}), dataDir: nowhere };

describe('the doctor', () => {
  it('knows which Node is too old', () => {
    expect(nodeCheck('20.18.3').status).toBe('failed');
    for (const version of ['20.19.0', '22.1.0', '24.0.0-rc.1']) expect(nodeCheck(version).status).toBe('ok');
  });

  it('finds a place for a data directory that is not there yet', async () => {
    expect(await dataDirectoryCheck(topology)).toMatchObject({ status: 'ok' });
    expect((await diskCheck(topology)).detail).toMatch(/GiB free/);
  });

  it('says when the port is taken', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise(resolve => server.once('listening', resolve));
    const { port } = server.address() as { port: number };
    const taken = { ...topology, http: { host: '127.0.0.1', port } };
    expect(await portCheck(taken)).toMatchObject({
      status: 'failed',
      detail: expect.stringContaining('EADDRINUSE'),
    });
    await new Promise(resolve => server.close(resolve));
    expect(await portCheck(taken)).toMatchObject({ status: 'ok' });
  });

  it('tries the embedded broker in a directory of its own', async () => {
    expect(await brokerCheck(topology, log)).toMatchObject({ status: 'ok' });
    expect(await dataDirectoryCheck(topology)).toMatchObject({
      detail: expect.stringContaining('made when'),
    });
  });

  it('says what does not answer, and what to do', async () => {
    const store = applyOverrides(topology, { store: 'http://127.0.0.1:1' }, {});
    expect(await check('store', () => storeCheck(store, log))).toMatchObject({
      status: 'failed',
      detail: expect.stringContaining('STORE_UNAVAILABLE'),
      action: new PlantsenseError('STORE_UNAVAILABLE', '').action,
    });
  });
});
