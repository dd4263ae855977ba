import type { Broker, Producer } from '../broker/port.js';
import { PlantsenseError } from '../errors.js';
import { labelKey } from '../lifecycle/labels-in-force.js';
import { codec } from '../records/codec.js';
import type { Label } from '../records/types.js';
import { readToEnd } from './follow-topic.js';

/** What people said so far. Nothing when there is no such topic yet; what can't be decoded says nothing. */
export async function readLabels(broker: Broker, topic: string, signal: AbortSignal): Promise<Label[]> {
  const labels: Label[] = [];
  if (!(await broker.admin.describeTopic(topic))) return labels;
  for await (const messages of readToEnd(broker, topic, signal)) {
    for (const { value } of messages) {
      const label = value && decodeLabel(value);
      if (label) labels.push(label);
    }
  }
  return labels;
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

/** A statement; null for what can't be decoded: the stage that stores labels makes a dead letter of it. */
export function decodeLabel(value: Uint8Array): Label | null {
  try {
    return codec('label').decode(value);
  } catch (error) {
    if (error instanceof PlantsenseError && error.class === 'terminal') return null;
    throw error;
  }
}
