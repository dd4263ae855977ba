import type { Broker } from '../broker/port.js';
import type { ModelAnnouncement } from '../records/types.js';
import { publishAnnouncement } from '../stages/announcements.js';
import { ensureTopic } from './ensure-topic.js';
import type { Topology } from './topology.js';

/**
 * Announces a model outside a running topology, on a topic that an embedded broker may lack yet.
 * @throws PlantsenseError as `ensureTopic` and `publishAnnouncement`
 */
export async function announceOn(
  broker: Broker,
  topology: Topology,
  topic: string,
  announcement: ModelAnnouncement,
): Promise<void> {
  await ensureTopic(broker, topology, topic, 'compact');
  await publishAnnouncement(await broker.producer(), topic, announcement);
}
