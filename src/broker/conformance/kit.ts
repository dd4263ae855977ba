import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll } from 'vitest';
import type { Broker, TopicConfig } from '../port.js';
import type { BrokerHarness } from './harness.js';

/** What a check gets: clients that are closed after it, and names that no other check uses. */
export interface Kit {
  readonly harness: BrokerHarness;
  /** A new client. */
  client(): Promise<Broker>;
  /** Makes a topic and gives its name. */
  topic(config?: TopicConfig): Promise<string>;
  /** A name that nobody uses. */
  name(kind: string): string;
}

/** Registers the hooks that start and stop the broker and tidy up after each check. */
export function createKit(harness: BrokerHarness): Kit {
  const clients: Broker[] = [];

  beforeAll(() => harness.start());
  afterAll(() => harness.stop());
  afterEach(async () => {
    await Promise.allSettled(clients.splice(0).map(client => client.close()));
  });

  const client = async () => {
    const opened = await harness.open();
    clients.push(opened);
    return opened;
  };
  const name = (kind: string) => `conformance.${kind}.${randomUUID().slice(0, 8)}`;

  return {
    harness,
    client,
    name,
    async topic(config = { partitions: 1 }) {
      const topic = name('topic');
      const { admin } = clients[0] ?? (await client());
      await admin.createTopic(topic, config);
      return topic;
    },
  };
}
