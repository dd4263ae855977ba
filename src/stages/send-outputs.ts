import type { OperatorFunction } from 'rxjs';
import type { OutgoingMessage, Producer } from '../broker/port.js';
import { PlantsenseError } from '../errors.js';
import { batchWhileBusy } from '../stream/batch-while-busy.js';
import type { Delivery } from '../stream/delivery.js';
import { type Backoff, retrying } from '../stream/retry.js';
import { originHeaders } from './origin.js';
import type { Indexed, Outgoing } from './outgoing.js';
import type { OutputPartition } from './own-partition.js';

export interface SendOptions {
  readonly producer: Producer;
  /** As `originSource` names it. */
  readonly source: string;
  readonly outputPartition: OutputPartition;
  readonly backoff: Backoff;
  /** Ends the sending: its lane is over. */
  readonly signal?: AbortSignal;
  readonly onRetry: (error: unknown) => void;
  /** Told of what is durable now. */
  readonly onSent: (topic: string, sent: readonly Outgoing[]) => void;
  /** A record that the broker will never take. It is reported and left out, so that it does not block the partition. */
  readonly onRefused: (outgoing: Outgoing, error: PlantsenseError) => void;
}

const MAX_BATCH = { maxItems: 2000, maxBytes: 8_388_608 };
/** A lane sends no oftener than this: a request costs as much as some thirty records. */
const PAUSE_MS = 50;

/**
 * Sends each delivery's record to its topic, in order, in batches. A broker that is away is waited for: the batch is
 * sent again until it is durable, intake stops by its credit, and nothing is lost.
 */
export function sendOutputs(options: SendOptions): OperatorFunction<Delivery<Indexed>, unknown> {
  const { backoff, signal } = options;
  return batchWhileBusy(
    async batch => {
      const topics = new Map<string, Delivery<Indexed>[]>();
      for (const delivery of batch) {
        const { topic } = delivery.value.outgoing;
        const list = topics.get(topic);
        if (list) list.push(delivery);
        else topics.set(topic, [delivery]);
      }
      await Promise.all([...topics].map(([topic, deliveries]) => sendToTopic(topic, deliveries, options)));
    },
    { ...MAX_BATCH, pause: () => backoff.wait(PAUSE_MS, signal) },
  );
}

async function sendToTopic(
  topic: string,
  deliveries: readonly Delivery<Indexed>[],
  options: SendOptions,
): Promise<void> {
  const { producer, source, outputPartition, backoff, signal, onRetry, onSent, onRefused } = options;
  const send = async () => {
    const partition = await outputPartition(topic);
    const messages = deliveries.map(({ offset, value: { outgoing, index } }): OutgoingMessage => {
      const { key, value } = outgoing;
      const headers = originHeaders({ source, offset, index });
      // Stamped with the time of sending: retention must not delete what comes of last year's recordings at once.
      return { key, value, headers, ...(partition !== undefined && { partition }) };
    });
    await producer.send(topic, messages);
  };
  try {
    await retrying(send, { backoff, onRetry, ...(signal && { signal }) });
    onSent(
      topic,
      deliveries.map(({ value }) => value.outgoing),
    );
  } catch (error) {
    if (!(error instanceof PlantsenseError) || error.code !== 'MESSAGE_TOO_LARGE') throw error;
    if (deliveries.length === 1) return onRefused(deliveries[0]!.value.outgoing, error);
    // Nothing of the call was appended: one by one, all but the large one pass.
    for (const delivery of deliveries) await sendToTopic(topic, [delivery], options);
  }
}
