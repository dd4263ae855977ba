import type { Broker, Producer } from '../broker/port.js';
import { announcementKey } from '../lifecycle/announce-model.js';
import { codec } from '../records/codec.js';
import type { ModelAnnouncement } from '../records/types.js';
import { readRecords } from './read-records.js';

/** What was announced of models so far. None when there is no such topic yet; what can't be decoded announces nothing. */
export function readAnnouncements(
  broker: Broker,
  topic: string,
  signal: AbortSignal,
): Promise<readonly ModelAnnouncement[]> {
  return readRecords(broker, topic, 'model-announcement', signal);
}

/** @throws PlantsenseError as `Producer.send` */
export async function publishAnnouncement(
  producer: Producer,
  topic: string,
  announcement: ModelAnnouncement,
): Promise<void> {
  const value = codec('model-announcement').encode(announcement);
  await producer.send(topic, [{ key: announcementKey(announcement), value }]);
}
