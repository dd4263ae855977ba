import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '../../src/broker/conformance/eventually.js';
import type { Broker } from '../../src/broker/port.js';
import { openClient } from '../kafka/client.js';
import { describeKafka } from '../kafka/describe-kafka.js';
import { KafkaServer } from '../kafka/server.js';
import { dumpTables } from '../support/dump-tables.js';
import { plantLog } from '../support/plant-log.js';
import { dataDirectories, renewTopics, running, sendAll, untilCaughtUp } from '../support/running.js';

const STAGES = ['listen', 'store'];
const LOG = plantLog();
/** Small steps, so that it dies in the middle of them. */
const STEPS = { flushSecs: 0.05, runtime: { commit_interval_ms: 20, credit_bytes: 262_144 } };

describeKafka(
  'a Kafka that is killed under a running topology',
  () => {
    const directory = dataDirectories('file');
    const server = new KafkaServer();
    let broker: Broker;

    beforeAll(async () => {
      await server.start();
      broker = await openClient(server.address());
    });
    afterAll(async () => {
      await broker?.close();
      await server.remove();
    });

    it('is waited for, and nothing is lost or counted twice', async () => {
      const undisturbed = await running(
        { dataDir: await directory(), ...STEPS },
        async topology => {
          await sendAll(topology.broker, 'audio.raw', LOG);
          await untilCaughtUp(topology);
          return dumpTables(topology.store, { afterCrash: true });
        },
        { stages: STAGES },
      );
      const changes = { dataDir: await directory(), kafka: server.address(), ...STEPS };
      await renewTopics(broker, changes);
      await sendAll(broker, 'audio.raw', LOG);
      const rows = await running(
        changes,
        async topology => {
          // In the middle of the work.
          await eventually('something is stored', async () => {
            const [found] = await topology.store.query<{ rows: number }>(
              'SELECT count() AS rows FROM levels',
            );
            return found!.rows > 0;
          });
          // It is waited for all the time that the broker is away.
          const caughtUp = untilCaughtUp(topology);
          caughtUp.catch(() => {});
          await server.halt('SIGKILL');
          await server.start();
          await caughtUp;
          return dumpTables(topology.store, { afterCrash: true });
        },
        { stages: STAGES },
      );
      expect(rows).toEqual(undisturbed);
    }, 120_000);
  },
  { ownBroker: true },
);
