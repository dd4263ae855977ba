import type { Broker, Message } from '../../src/broker/port.js';
import { readToEnd } from '../../src/stages/follow-topic.js';

/** Visits what lies in a topic now. */
export async function readTopic(
  broker: Broker,
  topic: string,
  visit: (message: Message) => void,
): Promise<void> {
  for await (const messages of readToEnd(broker, topic, new AbortController().signal))
    messages.forEach(visit);
}
