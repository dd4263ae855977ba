import type { Broker, Producer } from '../broker/port.js';
import { PlantsenseError } from '../errors.js';
import { announcementKey } from '../lifecycle/announce-model.js';
import { codec } from '../records/codec.js';
import type { ModelAnnouncement } from '../records/types.js';
import { readToEnd } from './follow-topic.js';

/** What was announced of models so far. None when there is no such topic yet; what can't be decoded announces nothing. */
export async function readAnnouncements(
  broker: Broker,
  topic: string,
  signal: AbortSignal,
): Promise<readonly ModelAnnouncement[]> {
  const announcements: ModelAnnouncement[] = [];
  if (!(await broker.admin.describeTopic(topic))) return announcements;
  for await (const messages of readToEnd(broker, topic, signal)) {
    for (const { value } of messages) {
      const announcement = value && decode(value);
      if (announcement) announcements.push(announcement);
    }
  }
  return announcements;
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

function decode(value: Uint8Array): ModelAnnouncement | null {
  try {
    return codec('model-announcement').decode(value);
  } catch (error) {
    if (error instanceof PlantsenseError && error.class === 'terminal') return null;
    throw error;
  }
}
