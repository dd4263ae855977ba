import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import { openEmbedded } from '../../broker/embedded/open.js';
import type { Broker } from '../../broker/port.js';

/** Gives embedded brokers in directories of their own, which go after each test. Call it in a `describe`. */
export function scratchBrokers(): () => Promise<Broker> {
  const made: { readonly broker: Broker; readonly directory: string }[] = [];
  afterEach(async () => {
    for (const { broker, directory } of made.splice(0)) {
      await broker.close();
      await rm(directory, { recursive: true, force: true });
    }
  });
  return async () => {
    const directory = await mkdtemp(join(tmpdir(), 'plantsense-stages-'));
    const broker = await openEmbedded(directory, { mode: 'own' });
    made.push({ broker, directory });
    return broker;
  };
}
