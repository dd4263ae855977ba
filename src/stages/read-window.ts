import type { Broker, Message } from '../broker/port.js';

const FETCH_BYTES = 4_194_304;

/** Reads what lies in a topic now, partition after partition, without a group. Ends early when `signal` aborts. */
export async function readTopic(
  broker: Broker,
  topic: string,
  visit: (message: Message) => void,
  signal: AbortSignal = new AbortController().signal,
): Promise<void> {
  for (const { partition, earliest, latest } of await broker.admin.offsets(topic)) {
    if (latest === earliest) continue;
    const reader = await broker.reader({ topic, partition }, 'earliest');
    try {
      while (reader.position < latest && !signal.aborted) {
        for (const message of await reader.fetch(FETCH_BYTES, signal))
          if (message.offset < latest) visit(message);
      }
    } finally {
      await reader.close();
    }
  }
}
