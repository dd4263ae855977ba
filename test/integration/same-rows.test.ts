import { beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../../src/broker/conformance/eventually.js';
import { findOwner } from '../../src/broker/data-directory.js';
import type { Broker } from '../../src/broker/port.js';
import { originOf } from '../../src/stages/origin.js';
import type { RunningTopology } from '../../src/topology/running.js';
import { describeKafka } from '../kafka/describe-kafka.js';
import { joinStages } from '../support/attached-member.js';
import { columnOf, type Dump, dumpTables, rowCount } from '../support/dump-tables.js';
import { FEATURE_GARBAGE, plantLog } from '../support/plant-log.js';
import { readTopic } from '../support/read-topic.js';
import {
  dataDirectories,
  installModel,
  type LearntModel,
  learntModel,
  renewTopics,
  running,
  sendAll,
  start,
  untilCaughtUp,
  untilCommitted,
} from '../support/running.js';
import { useKafka } from '../support/use-kafka.js';

const LOG = plantLog();
/** What several lanes write to. */
const BETWEEN_STAGES = [
  'noise.levels',
  'noise.events',
  'features.noise',
  'noise.assignments',
  'alarms',
  'audio.raw.dead-letter',
  'features.noise.dead-letter',
];

describe('the same slice of a topic gives the same rows, byte for byte', () => {
  const directory = dataDirectories('file');
  let model: LearntModel;
  let first: Dump;
  /** Who wrote to each partition between the stages, as `topic/partition`. */
  let writers: ReadonlyMap<string, ReadonlySet<string>>;

  beforeAll(async () => {
    const dataDir = await directory();
    first = await running({ dataDir }, async topology => {
      await sendInput(topology.broker);
      await untilCaughtUp(topology);
      model = await learntModel(topology.broker, dataDir);
      writers = await writersOf(topology.broker);
      return dumpTables(topology.store);
    });
  });

  it('from a run that has something to say in every table, but those of machines, pictures and people', () => {
    const tables = Object.keys(first).filter(table => !/^(machine_|image_|labels$)/.test(table));
    for (const table of tables) expect(rowCount(first, table), table).toBeGreaterThan(0);
    // Groups of the model that was fitted in this run.
    expect(new Set(columnOf(first, 'assignments_1m', 'group')).size).toBeGreaterThan(1);
    const alarms = columnOf(first, 'alarms', 'sensor').map((sensor, i) =>
      [sensor, columnOf(first, 'alarms', 'kind')[i], columnOf(first, 'alarms', 'state')[i]].join(' '),
    );
    expect(alarms).toContain('dead sensor_silent raised');
    expect(alarms).toContain('mute digital_silence raised');
    const closedBy = columnOf(first, 'events', 'closed_by');
    expect(closedBy.filter((_, i) => columnOf(first, 'events', 'sensor')[i] === 'dead')).toEqual(['idle']);
    expect(new Set(columnOf(first, 'dead_letters', 'stage'))).toEqual(new Set(['listen', 'assign']));
  });

  // Two writers of one partition would take turns as the clock has it, and with them the offsets of the rows.
  it('because each partition between the stages has one writer, and there are several', () => {
    for (const [partition, names] of writers) expect([...names], partition).toHaveLength(1);
    for (const topic of BETWEEN_STAGES) {
      const used = [...writers.keys()].filter(partition => partition.startsWith(`${topic}/`));
      expect(used.length, topic).toBeGreaterThan(1);
    }
    for (const table of ['levels', 'alarms', 'dead_letters'])
      expect(new Set(columnOf(first, table, 'source_partition')).size, table).toBeGreaterThan(1);
  });

  it('when it is run again', async () => {
    const dataDir = await directory();
    const second = await running({ dataDir }, async topology => {
      await installModel(model, topology.broker, dataDir);
      await sendInput(topology.broker);
      await untilCaughtUp(topology);
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
        await sendInput(topology.broker);
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
      await sendInput(kafka.broker);
      const alone = await running(changes, async topology => {
        await untilCaughtUp(topology);
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
        await sendAll(kafka.broker, 'features.noise', FEATURE_GARBAGE);
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

async function sendInput(broker: Broker): Promise<void> {
  await sendAll(broker, 'features.noise', FEATURE_GARBAGE);
  await sendAll(broker, 'audio.raw', LOG);
}

async function writersOf(broker: Broker): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const writers = new Map<string, Set<string>>();
  for (const topic of BETWEEN_STAGES)
    await readTopic(broker, topic, ({ partition, headers }) => {
      const writer = originOf(headers)?.source;
      // What came from outside was there first.
      if (writer === undefined) return;
      const place = `${topic}/${partition}`;
      writers.set(place, (writers.get(place) ?? new Set()).add(writer));
    });
  return writers;
}
