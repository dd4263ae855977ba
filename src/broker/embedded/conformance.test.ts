import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeBroker } from '../conformance/describe-broker.js';
import type { BrokerHarness } from '../conformance/harness.js';
import { CoreBroker } from './core-broker.js';
import { LocalCore } from './local-core.js';
import { openEmbedded } from './open.js';
import { OwnerProcess } from './testing/owner-process.js';

/** The broker in this process. Small segments, so that everything also happens across their borders. */
function inProcess(): BrokerHarness {
  let directory = '';
  let core: LocalCore;
  const start = async () => {
    core = await LocalCore.open(directory, { segmentBytes: 100_000 });
  };
  return {
    capabilities: {
      clientsOutliveBroker: 'A client of the process that owns the log ends with it.',
      incarnations: true,
      compaction: true,
    },
    async start() {
      directory = await mkdtemp(join(tmpdir(), 'plantsense-broker-'));
      await start();
    },
    async stop() {
      await core.close();
      await rm(directory, { recursive: true });
    },
    open: async () => new CoreBroker(core),
    async restart(kind) {
      await core.close(kind === 'kill');
      await start();
    },
    compact: topic => core.compact(topic),
  };
}

/** The broker in a process of its own, reached as `send` and `tap` reach a running `run`. */
function attached(): BrokerHarness {
  let directory = '';
  let owner: OwnerProcess;
  return {
    capabilities: { clientsOutliveBroker: true, incarnations: true, compaction: true },
    async start() {
      directory = await mkdtemp(join(tmpdir(), 'plantsense-broker-'));
      owner = await OwnerProcess.start(directory);
    },
    async stop() {
      await owner.end('SIGTERM');
      await rm(directory, { recursive: true });
    },
    open: () => openEmbedded(directory, { mode: 'attach' }),
    async restart(kind) {
      await owner.end(kind === 'kill' ? 'SIGKILL' : 'SIGTERM');
      owner = await OwnerProcess.start(directory);
    },
    compact: topic => owner.compact(topic),
  };
}

describeBroker('embedded, in process', inProcess());
describeBroker('embedded, attached', attached());
