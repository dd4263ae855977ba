import type { Broker } from '../../src/broker/port.js';
import { decodeAny } from '../../src/records/codec.js';
import { readTopic } from './read-topic.js';

/** All records of a topic as JSON lines, those of one sensor in their order. */
export async function recordsOf(broker: Broker, topic: string): Promise<string[]> {
  const bySensor = new Map<string, string[]>();
  await readTopic(broker, topic, message => {
    const { value } = decodeAny(message.value!);
    const list = bySensor.get(message.key ?? '') ?? [];
    list.push(JSON.stringify(value));
    bySensor.set(message.key ?? '', list);
  });
  return [...bySensor.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([, records]) => records);
}
