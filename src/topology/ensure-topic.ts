import type { Broker } from '../broker/port.js';
import { topicsOptions } from './topic-options.js';
import { topicConfig } from './topics-plan.js';
import type { Topology } from './topology.js';

/**
 * Makes a topic that an embedded broker lacks, as the topology declares it or with the defaults. The topics of a cluster
 * belong to others too: there `topics apply` makes them.
 */
export async function ensureTopic(
  broker: Broker,
  topology: Topology,
  topic: string,
  cleanup: 'delete' | 'compact' = 'delete',
): Promise<void> {
  if (broker.kind !== 'embedded' || (await broker.admin.describeTopic(topic))) return;
  const settings = topology.topics.get(topic) ?? topicsOptions.parse({ [topic]: { cleanup } }).get(topic);
  if (settings) await broker.admin.createTopic(topic, topicConfig(settings));
}
