import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../../src/broker/conformance/eventually.js';
import type { OutgoingMessage } from '../../src/broker/port.js';
import { PlantsenseError } from '../../src/errors.js';
import type { Store } from '../../src/store/client.js';
import type { Engines, RunningTopology } from '../../src/topology/running.js';
import { type Dump, dumpTables } from '../support/dump-tables.js';
import { plantLog } from '../support/plant-log.js';
import { dataDirectories, running, sendAll, start, untilCaughtUp } from '../support/running.js';

const STAGES = ['listen', 'store'];
const CREDIT_BYTES = 65_536;
const STEPS = { flushSecs: 0.05, runtime: { credit_bytes: CREDIT_BYTES, commit_interval_ms: 20 } };
/** Dead letters of 4 kB: enough of them that the credit of a partition is used up. */
const LOG: OutgoingMessage[] = [
  ...plantLog(),
  ...Array.from({ length: 200 }, (_, i) => ({
    key: `garbage-${i % 4}`,
    value: Buffer.alloc(4096, i),
    timestampMs: 1_767_225_630_000,
  })),
];

describe('a store that does not take what comes', () => {
  const directory = dataDirectories('file');
  let undisturbed: Dump;
  let topology: RunningTopology | undefined;

  const run = async (decorateInsert?: (insert: Store['insert']) => Store['insert']) => {
    const decorate = ({ broker, store }: Engines): Engines => ({
      broker,
      store: { ...store, insert: decorateInsert?.(store.insert) ?? store.insert },
    });
    topology = await start({ dataDir: await directory(), ...STEPS }, { stages: STAGES, decorate });
    await sendAll(topology.broker, 'audio.raw', LOG);
    return topology;
  };
  const caughtUp = async () => {
    await untilCaughtUp(topology!);
    return dumpTables(topology!.store);
  };
  const lanes = () => topology!.stages.get('store')!.lanes;
  /** The log's end lies beyond what the stage took in: it stopped asking. */
  const intakeStops = () =>
    eventually('the intake stops', async () => {
      const offsets = await topology!.broker.admin.offsets('audio.raw.dead-letter');
      const waiting = lanes().filter(
        lane =>
          lane.topic === 'audio.raw.dead-letter' &&
          lane.received < offsets.find(({ partition }) => partition === lane.partition)!.latest,
      );
      return waiting.length > 0 && waiting.every(lane => lane.credit.availableBytes === 0);
    });

  beforeAll(async () => {
    undisturbed = await running(
      { dataDir: await directory(), ...STEPS },
      async other => {
        await sendAll(other.broker, 'audio.raw', LOG);
        await untilCaughtUp(other);
        return dumpTables(other.store);
      },
      { stages: STAGES },
    );
  });
  afterEach(async () => {
    await topology?.stop();
    topology = undefined;
  });

  it('stops the intake while it is dead, and gets everything once it is back', async () => {
    let isDead = true;
    await run(insert => (block, token, signal) => {
      if (isDead) throw new PlantsenseError('STORE_UNAVAILABLE', 'The store is dead.');
      return insert(block, token, signal);
    });
    await intakeStops();
    // However long it lasts: memory holds the credit of each partition and no more.
    for (const lane of lanes()) expect(lane.credit.inUseBytes).toBeLessThan(CREDIT_BYTES + 8192);
    isDead = false;
    expect(await caughtUp()).toEqual(undisturbed);
  });

  it('stops the intake while it is slow, and gets everything in the end', async () => {
    let goOn: () => void = () => {};
    const slow = new Promise<void>(resolve => {
      goOn = resolve;
    });
    await run(insert => async (block, token, signal) => {
      await slow;
      return insert(block, token, signal);
    });
    await intakeStops();
    goOn();
    expect(await caughtUp()).toEqual(undisturbed);
  });

  it('loses nothing when its process is killed while rows come in, and once more', async () => {
    const killed = new Set<number>();
    let inserts = 0;
    await run(insert => (block, token, signal) => {
      inserts += 1;
      const inserted = insert(block, token, signal);
      // Each time with the request on its way; the second one a process that was started in the place of the first.
      if (inserts >= 3 && killed.size < 2)
        setImmediate(() => {
          const pid = storePid(topology!);
          if (pid === null || killed.has(pid)) return;
          killed.add(pid);
          process.kill(pid, 'SIGKILL');
        });
      return inserted;
    });
    expect(await caughtUp()).toEqual(undisturbed);
    expect(killed.size).toBe(2);
  });
});

/** The embedded engine's process; null while there is none. */
function storePid({ store }: RunningTopology): number | null {
  const { pid } = store as Store & { pid(): number | null };
  return pid();
}
