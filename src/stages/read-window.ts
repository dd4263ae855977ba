import type { Broker, Message } from '../broker/port.js';
import { PlantsenseError } from '../errors.js';

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
        let messages: readonly Message[];
        try {
          messages = await reader.fetch(FETCH_BYTES, signal);
        } catch (error) {
          if (!isExpired(error)) throw error;
          // Retention goes on while we read: what it deleted is not in the topic now.
          const now = await broker.admin.offsets(topic);
          reader.seek(now.find(each => each.partition === partition)?.earliest ?? latest);
          continue;
        }
        for (const message of messages) if (message.offset < latest) visit(message);
      }
    } finally {
      await reader.close();
    }
  }
}

function isExpired(error: unknown): boolean {
  return error instanceof PlantsenseError && error.code === 'OFFSET_OUT_OF_RANGE';
}
