import type { Broker } from '../broker/port.js';
import { PlantsenseError } from '../errors.js';
import { type TopicSettings, topicsOptions } from './topic-options.js';
import { topicConfig } from './topics-plan.js';
import type { Topology } from './topology.js';

/**
 * Makes a topic that an embedded broker lacks, as the topology declares it or with the defaults. The topics of a cluster
 * belong to others too: there `topics apply` makes them.
 * @throws PlantsenseError PARAMETER_INVALID when no topic can have that name
 */
export async function ensureTopic(
  broker: Broker,
  topology: Topology,
  topic: string,
  cleanup: 'delete' | 'compact' = 'delete',
): Promise<void> {
  if (broker.kind !== 'embedded' || (await broker.admin.describeTopic(topic))) return;
  const settings = topology.topics.get(topic) ?? defaultSettings(topic, cleanup);
  await broker.admin.createTopic(topic, topicConfig(settings));
}

function defaultSettings(topic: string, cleanup: 'delete' | 'compact'): TopicSettings {
  const settings = topicsOptions.safeParse({ [topic]: { cleanup } }).data?.get(topic);
  if (settings) return settings;
  throw new PlantsenseError(
    'PARAMETER_INVALID',
    `${JSON.stringify(topic)} can't name a topic: letters, digits, dots, dashes and underscores, 249 at most.`,
  );
}
