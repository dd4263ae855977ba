import { beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../../src/broker/conformance/eventually.js';
import { findOwner } from '../../src/broker/data-directory.js';
import type { RunningTopology } from '../../src/topology/running.js';
import { describeKafka } from '../kafka/describe-kafka.js';
import { joinStages } from '../support/attached-member.js';
import { type Dump, dumpTables, rowCount } from '../support/dump-tables.js';
import { plantLog } from '../support/plant-log.js';
import {
  dataDirectories,
  installModel,
  type LearntModel,
  learntModel,
  renewTopics,
  running,
  sendAll,
  start,
  untilCommitted,
} from '../support/running.js';
import { useKafka } from '../support/use-kafka.js';

const LOG = plantLog();
const TIMEOUT_MS = 60_000;

describe('the same slice of a topic gives the same rows, byte for byte', () => {
  const directory = dataDirectories('file');
  let model: LearntModel;
  let first: Dump;

  beforeAll(async () => {
    const dataDir = await directory();
    first = await running({ dataDir }, async topology => {
      await sendAll(topology.broker, 'audio.raw', LOG);
      await topology.untilCaughtUp(AbortSignal.timeout(TIMEOUT_MS));
      model = await learntModel(topology.broker, dataDir);
      return dumpTables(topology.store);
    });
  });

  it('from a run that has something to say in every table', () => {
    for (const table of Object.keys(first)) expect(rowCount(first, table), table).toBeGreaterThan(0);
    // Groups of the model that was fitted in this run.
    const groups = first.assignments_1m!.slice(1).map(row => row.split('\t')[1]);
    expect(new Set(groups).size).toBeGreaterThan(1);
    const alarms = first.alarms!.map(row => row.split('\t').slice(1, 5).join(' '));
    expect(alarms).toContainEqual(expect.stringMatching(/^dead .* sensor_silent raised$/));
    expect(alarms).toContainEqual(expect.stringMatching(/^mute .* digital_silence raised$/));
    const closedBy = first.events!.filter(row => row.includes('\tdead\t')).map(row => row.split('\t')[20]);
    expect(closedBy).toEqual(['idle']);
  });

  it('when it is run again', async () => {
    const dataDir = await directory();
    const second = await running({ dataDir }, async topology => {
      await installModel(model, topology.broker, dataDir);
      await sendAll(topology.broker, 'audio.raw', LOG);
      await topology.untilCaughtUp(AbortSignal.timeout(TIMEOUT_MS));
      return dumpTables(topology.store);
    });
    expect(second).toEqual(first);
  });

  it('when three members of each group share the work', async () => {
    const dataDir = await directory();
    const changes = { dataDir };
    const shared = await running(changes, async topology => {
      const others = [await joinStages(changes), await joinStages(changes)];
      try {
        await untilShared([topology, ...others]);
        await installModel(model, topology.broker, dataDir);
        await sendAll(topology.broker, 'audio.raw', LOG);
        await untilCommitted(topology.broker, changes);
        return await dumpTables(topology.store);
      } finally {
        for (const other of others) await other.stop();
      }
    });
    expect(shared).toEqual(first);
  });

  describeKafka('on Kafka', () => {
    const kafka = useKafka();

    it('with one member', async () => {
      const dataDir = await directory();
      const changes = { dataDir, kafka: kafka.bootstrap };
      await renewTopics(kafka.broker, changes);
      await installModel(model, kafka.broker, dataDir);
      await sendAll(kafka.broker, 'audio.raw', LOG);
      const alone = await running(changes, async topology => {
        await topology.untilCaughtUp(AbortSignal.timeout(TIMEOUT_MS));
        return dumpTables(topology.store);
      });
      expect(alone).toEqual(first);
    });

    it('with three members, two of which come and go while it runs', async () => {
      const dataDir = await directory();
      const changes = { dataDir, kafka: kafka.bootstrap };
      await renewTopics(kafka.broker, changes);
      await installModel(model, kafka.broker, dataDir);
      const shared = await running(changes, async topology => {
        const half = LOG.length >> 1;
        await sendAll(kafka.broker, 'audio.raw', LOG.slice(0, half));
        const token = (await findOwner(dataDir))!.token;
        const store = { url: topology.storeUrl, password: token };
        const others: RunningTopology[] = [];
        try {
          for (let i = 0; i < 2; i++) others.push(await start({ ...changes, store }));
          await untilShared([topology, ...others]);
          await sendAll(kafka.broker, 'audio.raw', LOG.slice(half));
          // One leaves in the middle of its work.
          await others.pop()!.stop();
          await untilCommitted(kafka.broker, changes);
          // Members that have no partition of a topic as well, since others have them all.
          for (const member of [topology, ...others]) expect(await member.caughtUp()).toBe(true);
          return await dumpTables(topology.store);
        } finally {
          for (const other of others) await other.stop();
        }
      });
      expect(shared).toEqual(first);
    });
  });
});

/** Waits until each member has partitions of the sound. */
function untilShared(members: readonly Pick<RunningTopology, 'stages'>[]): Promise<void> {
  return eventually('each member has partitions', () =>
    members.every(({ stages }) => stages.get('listen')!.lanes.length > 0),
  );
}
