import { describeBroker } from '../../src/broker/conformance/describe-broker.js';
import type { Capability } from '../../src/broker/conformance/harness.js';
import { openClient } from './client.js';
import { compact } from './compact.js';
import { BOOTSTRAP, describeKafka } from './describe-kafka.js';
import { KafkaServer } from './server.js';

const server = new KafkaServer();
const address = () => BOOTSTRAP ?? server.address();
const ownBroker: Capability =
  BOOTSTRAP === undefined || 'KAFKA_BOOTSTRAP names a broker that is not ours to restart or to tune';

describeKafka('Kafka', () =>
  describeBroker('Kafka', {
    capabilities: { clientsOutliveBroker: ownBroker, incarnations: true, compaction: ownBroker },
    start: async () => {
      if (ownBroker === true) await server.start();
      else console.warn(`skipped: restart and compaction: ${ownBroker}`);
    },
    stop: () => server.remove(),
    open: () => openClient(address()),
    restart: async kind => {
      await server.halt(kind === 'kill' ? 'SIGKILL' : 'SIGTERM');
      await server.start();
    },
    compact: topic => compact(address(), topic),
  }),
);
