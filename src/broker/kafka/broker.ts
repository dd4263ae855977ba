import { PlantsenseError } from '../../errors.js';
import type {
  Admin,
  Broker,
  GroupConsumer,
  GroupListener,
  GroupOptions,
  PartitionReader,
  Producer,
  TopicPartition,
} from '../port.js';
import { KafkaAdmin } from './admin.js';
import { GroupMember } from './group/member.js';
import type { GroupTimeouts } from './group/membership.js';
import { Cluster, topicNotFound } from './network/cluster.js';
import { findOffsets } from './offsets.js';
import { KafkaPartitionReader } from './partition-reader.js';
import { KafkaProducer } from './producer.js';
import { type KafkaEnvironment, type KafkaSettings, resolveSettings } from './settings.js';

/** With a last attempt that times out on top, a Kafka that is not there is told within ten seconds. */
const CONNECT_BUDGET_MS = 5_000;

interface Closing {
  close(): Promise<void>;
}

/**
 * Connects to a Kafka cluster.
 * @throws PlantsenseError BROKER_UNAVAILABLE (within ten seconds), BROKER_AUTH_FAILED, BROKER_UNSUPPORTED,
 *   PARAMETER_INVALID
 */
export async function openKafkaBroker(
  settings: KafkaSettings,
  environment: KafkaEnvironment,
): Promise<Broker> {
  const { tls, sasl, ...resolved } = resolveSettings(settings);
  const cluster = new Cluster({ ...resolved, ...(tls && { tls }), ...(sasl && { sasl }) }, environment);
  if (sasl?.mechanism === 'plain' && tls === undefined) {
    environment.log('warn', 'SASL PLAIN without TLS: the password can be read on the network', {});
  }
  if (tls?.rejectUnauthorized === false) {
    environment.log(
      'warn',
      "TLS without a check of the broker's certificate: anyone can play the broker",
      {},
    );
  }
  try {
    await cluster.retry('Connecting to Kafka', () => cluster.describe([]), { budgetMs: CONNECT_BUDGET_MS });
  } catch (error) {
    await cluster.close();
    throw error;
  }
  return new KafkaBroker(cluster);
}

class KafkaBroker implements Broker {
  readonly kind = 'kafka';
  readonly admin: Admin;
  readonly #cluster: Cluster;
  readonly #open = new Set<Closing>();
  #closed: Promise<void> | null = null;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
    this.admin = new KafkaAdmin(cluster);
  }

  async producer(): Promise<Producer> {
    this.#cluster.refuseWhenClosed();
    const producer: Producer = new KafkaProducer(this.#cluster, () => this.#open.delete(producer));
    this.#open.add(producer);
    return producer;
  }

  async join(options: GroupOptions, listener: GroupListener): Promise<GroupConsumer> {
    this.#cluster.refuseWhenClosed();
    const member = new GroupMember(this.#cluster, options, groupTimeouts(options), listener);
    await member.start();
    const consumer = {
      close: async () => {
        await member.close();
        this.#open.delete(consumer);
      },
    };
    this.#open.add(consumer);
    return consumer;
  }

  async reader(
    { topic, partition }: TopicPartition,
    from: number | 'earliest' | 'latest',
  ): Promise<PartitionReader & Closing> {
    this.#cluster.refuseWhenClosed();
    const metadata = await this.#cluster.retry(
      `Looking for ${topic}`,
      async () => (await this.#cluster.describe([topic])).topics[0],
    );
    if (metadata === undefined) throw topicNotFound(topic);
    if (metadata.partitions[partition] === undefined) throw topicNotFound(`${topic}-${partition}`);
    const position =
      typeof from === 'number'
        ? from
        : ((await findOffsets(this.#cluster, topic, [partition], from)).get(partition) ?? 0);
    const reader = new KafkaPartitionReader(
      this.#cluster,
      { topic, partition },
      { topicId: metadata.topicId, position, onExpiredOffset: 'fail' },
    );
    const close = async () => {
      this.#open.delete(closing);
      reader.end(
        new PlantsenseError('BROKER_UNAVAILABLE', `This reader of ${topic}-${partition} was closed.`),
      );
    };
    const closing = Object.assign(reader, { close });
    this.#open.add(closing);
    return closing;
  }

  close(): Promise<void> {
    this.#closed ??= (async () => {
      await Promise.allSettled([...this.#open].map(open => open.close()));
      await this.#cluster.close();
    })();
    return this.#closed;
  }
}

const DEFAULT_SESSION_MS = 30_000;
const DEFAULT_REBALANCE_MS = 60_000;
const DEFAULT_DRAIN_MS = 20_000;

/** @throws PlantsenseError PARAMETER_INVALID if a drain could outlast the membership */
function groupTimeouts(options: GroupOptions): GroupTimeouts {
  const { sessionTimeoutMs = DEFAULT_SESSION_MS, rebalanceTimeoutMs = DEFAULT_REBALANCE_MS } = options;
  const shorter = Math.min(sessionTimeoutMs, rebalanceTimeoutMs);
  const { drainDeadlineMs = Math.min(DEFAULT_DRAIN_MS, (2 * shorter) / 3) } = options;
  if (drainDeadlineMs >= shorter) {
    throw new PlantsenseError(
      'PARAMETER_INVALID',
      `The drain deadline (${drainDeadlineMs} ms) must be shorter than the session and rebalance timeouts (${shorter} ms).`,
    );
  }
  return { sessionTimeoutMs, rebalanceTimeoutMs, drainDeadlineMs };
}
