import { describe, expect, it } from 'vitest';
import type { Broker } from '../../src/broker/port.js';
import { classify } from '../../src/errors.js';
import type { RunningTopology } from '../../src/topology/running.js';
import { groupName } from '../../src/topology/topology.js';
import { type Dump, dumpTables } from '../support/dump-tables.js';
import { plantLog } from '../support/plant-log.js';
import { dataDirectories, running, sendAll, start, untilCaughtUp } from '../support/running.js';
import { type TopologyChanges, topologyOf, topologyYaml } from '../support/topology.js';

const STAGES = ['listen', 'store'];
const LOG = plantLog();

describe('a fault that no retry mends', () => {
  const directory = dataDirectories();

  it('in a commit ends the run with its code; once mended by hand, nothing is lost or counted twice', async () => {
    const undisturbed = await rowsOf({ dataDir: await directory() });
    const changes = { dataDir: await directory() };
    await send(changes);
    await setListenCommit(changes, { offset: 0, metadata: 'what another program wrote' });

    expect(await endOf(changes)).toBe('CHECKPOINT_INVALID');

    await setListenCommit(changes, { offset: 0, metadata: '' });
    expect(await running(changes, caughtUp, { stages: STAGES })).toEqual(undisturbed);
  });

  it('in the log, whose retention was too short, ends the run; where the loss is allowed it is counted', async () => {
    const changes = { dataDir: await directory() };
    await send(changes);
    // Read to its start by nobody: what is deleted now is lost.
    await setListenCommit(changes, { offset: 0, metadata: '' });
    await withBroker(changes, ({ admin }) => admin.deleteRecords({ topic: 'audio.raw', partition: 0 }, 7));

    expect(await endOf(changes)).toBe('OFFSET_OUT_OF_RANGE');

    const allowed = { ...changes, runtime: { on_expired_offset: 'earliest' } };
    const lost = await running(
      allowed,
      async topology => {
        await untilCaughtUp(topology);
        const { values } = await topology.metrics.lostOffsets.get();
        return values.map(({ labels, value }) => ({ topic: labels.topic, value }));
      },
      { stages: STAGES },
    );
    expect(lost).toEqual([{ topic: 'audio.raw', value: 7 }]);
  });
});

async function caughtUp(topology: RunningTopology): Promise<Dump> {
  await untilCaughtUp(topology);
  return dumpTables(topology.store);
}

async function rowsOf(changes: TopologyChanges): Promise<Dump> {
  await send(changes);
  return running(changes, caughtUp, { stages: STAGES });
}

/** The code of what ends a run, which must be fatal. */
async function endOf(changes: TopologyChanges): Promise<string> {
  const topology = await start(changes, { stages: STAGES });
  try {
    const error = await topology.done.catch((thrown: unknown) => thrown);
    expect(classify(error)).toBe('fatal');
    return (error as { code: string }).code;
  } finally {
    await topology.stop();
  }
}

/** Lets `use` work on the broker of a topology whose stages do not run. */
async function withBroker<T>(changes: TopologyChanges, use: (broker: Broker) => Promise<T>): Promise<T> {
  return running(changes, topology => use(topology.broker), { stages: [] });
}

function send(changes: TopologyChanges): Promise<void> {
  return withBroker(changes, broker => sendAll(broker, 'audio.raw', LOG));
}

function setListenCommit(
  changes: TopologyChanges,
  commit: { readonly offset: number; readonly metadata: string },
): Promise<void> {
  const group = groupName(topologyOf(topologyYaml(changes)), 'listen');
  return withBroker(changes, ({ admin }) =>
    admin.setGroupCommits(group, 'audio.raw', new Map([[0, commit]])),
  );
}
