import { PlantsenseError } from '../../errors.js';
import { createPartitioner } from '../partitioner.js';
import type { OutgoingMessage, Producer } from '../port.js';
import type { Cluster } from './network/cluster.js';
import { PartitionSender } from './partition-sender.js';
import { isRetriable, toBrokerError } from './protocol/error-codes.js';
import { BATCH_OVERHEAD, type EncodableRecord, recordSizeBound } from './protocol/record-batch.js';
import { TopicLimits } from './topic-limits.js';

/** Waits for all replicas, is idempotent, and keeps order in each partition. */
export class KafkaProducer implements Producer {
  readonly #cluster: Cluster;
  readonly #limits: TopicLimits;
  readonly #senders = new Map<string, PartitionSender>();
  readonly #partition = createPartitioner();
  readonly #onClose: () => void;
  #closed = false;

  constructor(cluster: Cluster, onClose: () => void) {
    this.#cluster = cluster;
    this.#onClose = onClose;
    this.#limits = new TopicLimits(cluster);
  }

  async send(topic: string, messages: readonly OutgoingMessage[]): Promise<void> {
    if (this.#closed) throw new PlantsenseError('BROKER_UNAVAILABLE', 'This producer was closed.');
    if (messages.length === 0) return;
    try {
      const { partitions } = await this.#cluster.retry(`Looking for ${topic}`, () =>
        this.#cluster.topic(topic),
      );
      const now = this.#cluster.environment.nowMs();
      const byPartition = new Map<number, EncodableRecord[]>();
      const records = messages.map(message => {
        const partition = this.#partition(message, partitions.length);
        const record = {
          key: message.key === null ? null : Buffer.from(message.key),
          value: message.value,
          headers: message.headers,
          timestampMs: message.timestampMs ?? now,
        };
        const others = byPartition.get(partition);
        if (others === undefined) byPartition.set(partition, [record]);
        else others.push(record);
        return record;
      });
      await this.#checkSizes(topic, records);
      await this.#sendAll(topic, byPartition);
    } catch (error) {
      throw toBrokerError(error);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#onClose();
    await Promise.all([...this.#senders.values()].map(sender => sender.idle()));
  }

  /** Every message must fit in a batch of its own. Looked at before anything is sent, so that nothing of the call is. */
  async #checkSizes(topic: string, records: readonly EncodableRecord[]): Promise<void> {
    const largest = BATCH_OVERHEAD + records.reduce((max, r) => Math.max(max, recordSizeBound(r)), 0);
    if (largest <= (await this.#limits.get(topic))) return;
    const limit = await this.#limits.refresh(topic);
    if (largest <= limit) return;
    throw new PlantsenseError(
      'MESSAGE_TOO_LARGE',
      `A message for ${topic} takes ${largest} bytes; the topic takes ${limit}.`,
    );
  }

  /** Waits for all partitions, also when one has failed: the caller may then send again without overtaking itself. */
  async #sendAll(topic: string, byPartition: ReadonlyMap<number, EncodableRecord[]>): Promise<void> {
    const outcomes = await Promise.allSettled(
      [...byPartition].map(([partition, records]) => this.#sender(topic, partition).send(records)),
    );
    const failures = outcomes.filter(outcome => outcome.status === 'rejected').map(outcome => outcome.reason);
    if (failures.length === 0) return;
    // The worst one decides what the caller does.
    const worst = failures.find(error => !isRetriable(error)) ?? failures[0];
    throw worst;
  }

  #sender(topic: string, partition: number): PartitionSender {
    const key = `${topic}-${partition}`;
    let sender = this.#senders.get(key);
    if (sender === undefined) {
      sender = new PartitionSender(this.#cluster, { topic, partition }, this.#limits);
      this.#senders.set(key, sender);
    }
    return sender;
  }
}
