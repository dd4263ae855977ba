import { afterAll, beforeAll } from 'vitest';
import type { Broker } from '../../src/broker/port.js';
import { openClient } from '../kafka/client.js';
import { BOOTSTRAP } from '../kafka/describe-kafka.js';
import { KafkaServer } from '../kafka/server.js';

/** A Kafka for the suite that calls it: the one of KAFKA_BOOTSTRAP, or one of its own. Read it in tests only. */
export function useKafka(): { readonly bootstrap: string; readonly broker: Broker } {
  let server: KafkaServer | undefined;
  let address = BOOTSTRAP;
  let client: Broker | undefined;
  beforeAll(async () => {
    if (address === undefined) {
      server = new KafkaServer();
      await server.start();
      address = server.address();
    }
    client = await openClient(address);
  });
  afterAll(async () => {
    await client?.close();
    await server?.remove();
  });
  return {
    get bootstrap() {
      return address!;
    },
    get broker() {
      return client!;
    },
  };
}
