import type { Broker, Producer } from '../broker/port.js';
import { labelKey } from '../lifecycle/labels-in-force.js';
import { codec } from '../records/codec.js';
import type { Label } from '../records/types.js';
import { readRecords } from './read-records.js';

/** What people said so far. Nothing when there is no such topic yet; what can't be decoded says nothing. */
export function readLabels(broker: Broker, topic: string, signal: AbortSignal): Promise<Label[]> {
  return readRecords(broker, topic, 'label', signal);
}

const AT_A_TIME = 1000;

/** Says something: what is said of one thing lies in one partition, in the order in which it was said. */
export async function publishLabels(
  producer: Producer,
  topic: string,
  labels: readonly Label[],
): Promise<void> {
  const messages = labels.map(label => ({ key: labelKey(label), value: codec('label').encode(label) }));
  for (let from = 0; from < messages.length; from += AT_A_TIME)
    await producer.send(topic, messages.slice(from, from + AT_A_TIME));
}
