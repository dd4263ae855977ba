import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import type { Broker } from '../broker/port.js';
import { PlantsenseError } from '../errors.js';
import { createLog } from '../telemetry/log.js';
import { loadTopology } from './load.js';
import { startTopology } from './running.js';

const SHIPPED = fileURLToPath(new URL('../../topologies/noise-clustering.yaml', import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'plantsense-running-'));
afterAll(() => rmSync(directory, { recursive: true }));

/** A broker whose members leave their groups, tell of it, and fail to say goodbye. */
function rude(broker: Broker, onLeft: (group: string) => void): Broker {
  return {
    kind: broker.kind,
    admin: broker.admin,
    producer: () => broker.producer(),
    reader: (at, from) => broker.reader(at, from),
    close: () => broker.close(),
    join: async (options, listener) => {
      const member = await broker.join(options, listener);
      return {
        close: async () => {
          await member.close();
          onLeft(options.group);
          throw new PlantsenseError('BROKER_UNAVAILABLE', 'Gone before the goodbye.');
        },
      };
    },
  };
}

describe('a running topology', () => {
  it('stops from the source on, and the rest too when one stage can not: they used to be cut off undrained', async () => {
    const { topology } = await loadTopology(SHIPPED, { PLANTSENSE_DATA_DIR: directory });
    const left: string[] = [];
    const running = await startTopology({
      topology,
      log: createLog({ level: 'silent' }),
      version: '0',
      http: false,
      decorate: ({ broker, store }) => ({ broker: rude(broker, group => left.push(group)), store }),
    });
    await expect(running.stop()).rejects.toMatchObject({ code: 'BROKER_UNAVAILABLE' });
    expect(left.map(group => group.split('.').at(-1))).toEqual(['listen', 'learn', 'assign', 'store']);
    // All is closed: another owner can have the directory.
    const again = await startTopology({
      topology,
      log: createLog({ level: 'silent' }),
      version: '0',
      http: false,
      stages: [],
    });
    await again.stop();
  });
});
