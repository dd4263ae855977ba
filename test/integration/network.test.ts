import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { type RunningTopology, startTopology } from '../../src/topology/running.js';
import { columnOf, type Dump, dumpTables, rowCount } from '../support/dump-tables.js';
import { plantLog } from '../support/plant-log.js';
import {
  dataDirectories,
  installModel,
  type LearntModel,
  learntModel,
  sendAll,
  testLog,
  untilCaughtUp,
} from '../support/running.js';
import { topologyOf, topologyYaml } from '../support/topology.js';

const LOG = plantLog({ withGarbage: false });
const MODEL = {
  ...{ type: 'vade', groups: 3, novel_quantile: 0.05 },
  ...{ latent_dim: 4, filters: [4, 8], pretrain_epochs: 10, epochs: 5, batch_size: 8 },
};

/** The test's topology with a small network on small spectrograms. */
function networkTopology(dataDir: string) {
  const log_mel = { sample_rate_hz: 16_000, duration_secs: 1, n_fft: 512, hop: 512, n_mels: 24, ref: 1 };
  const file = parse(topologyYaml({ dataDir, listen: { log_mel } }));
  Object.assign(file.stages.learn, { model: MODEL });
  return topologyOf(stringify(file));
}

async function running<T>(dataDir: string, work: (topology: RunningTopology) => Promise<T>): Promise<T> {
  const topology = await startTopology({
    ...{ topology: networkTopology(dataDir), log: testLog, version: 'test', http: false },
  });
  try {
    return await work(topology);
  } finally {
    await topology.stop();
  }
}

describe('a topology whose model is a network', () => {
  const directory = dataDirectories();

  it('learns it from sound and assigns with it, and again in another run the same bits', async () => {
    let model: LearntModel | undefined;
    const dataDir = await directory();
    const first = await running(dataDir, async topology => {
      await sendAll(topology.broker, 'audio.raw', LOG);
      await untilCaughtUp(topology);
      model = await learntModel(topology.broker, dataDir);
      return assignments(await dumpTables(topology.store));
    });
    expect(rowCount(first, 'assignments')).toBeGreaterThan(20);
    expect(new Set(columnOf(first, 'assignments', 'group')).size).toBeGreaterThan(1);
    expect(columnOf(first, 'assignments', 'probability').every(each => Number(each) > 0)).toBe(true);
    expect(existsSync(join(dataDir, 'checkpoints'))).toBe(false);

    const other = await directory();
    const second = await running(other, async topology => {
      await installModel(model!, topology.broker, other);
      await sendAll(topology.broker, 'audio.raw', LOG);
      await untilCaughtUp(topology);
      return assignments(await dumpTables(topology.store));
    });
    expect(second).toEqual(first);
  });
});

function assignments({ assignments }: Dump): Dump {
  return { assignments: assignments! };
}
