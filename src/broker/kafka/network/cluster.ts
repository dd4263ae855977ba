import { PlantsenseError } from '../../../errors.js';
import { CODE, check, isRetriable, KafkaCodeError } from '../protocol/error-codes.js';
import { findCoordinatorRequest } from '../protocol/group.js';
import {
  type ClusterMetadata,
  metadataRequest,
  type PartitionMetadata,
  type TopicMetadata,
} from '../protocol/metadata.js';
import type { RequestBuilder } from '../protocol/wire-request.js';
import type { KafkaEnvironment, ResolvedSettings } from '../settings.js';
import { Connection } from './connection.js';
import { retrying } from './retry.js';
import { type Address, parseAddress } from './socket.js';

/** A connection's use: a request that the broker holds back must not hold up others, so each use has its own. */
export type ConnectionUse = 'requests' | `produce ${number}` | `group ${string}` | `commits ${string}`;

/** Connections to the brokers of one cluster, and what is known of its topics. */
export class Cluster {
  readonly settings: ResolvedSettings;
  readonly environment: KafkaEnvironment;
  readonly #bootstrap: readonly Address[];
  readonly #connections = new Map<string, Promise<Connection>>();
  readonly #nodes = new Map<number, Address>();
  readonly #topics = new Map<string, { readonly topic: TopicMetadata; readonly goodUntil: number }>();
  #closed = false;

  constructor(settings: ResolvedSettings, environment: KafkaEnvironment) {
    this.settings = settings;
    this.environment = environment;
    this.#bootstrap = settings.brokers.map(parseAddress);
    if (this.#bootstrap.length === 0) {
      throw new PlantsenseError('PARAMETER_INVALID', 'There is no broker address in the Kafka settings.');
    }
  }

  /** Tries again what can work later. */
  retry<T>(
    what: string,
    operation: () => Promise<T>,
    options: { readonly budgetMs?: number; readonly signal?: AbortSignal; readonly reset?: () => void } = {},
  ): Promise<T> {
    return retrying(operation, {
      budgetMs: options.budgetMs ?? this.settings.retryBudgetMs,
      ...(options.signal === undefined ? {} : { signal: options.signal }),
      isOver: () => this.#closed,
      onRetry: (error, attempt) => {
        // The first, second, fourth … time: a long outage must not fill the log.
        if ((attempt & (attempt - 1)) === 0) {
          const reason = (error as Error).message;
          this.environment.log('warn', `${what}: trying again`, { attempt, reason });
        }
        options.reset?.();
      },
    });
  }

  /** A request that any broker answers. Tries those that are known, then those of the settings. */
  async any<R>(build: RequestBuilder<R>): Promise<R> {
    const failures: string[] = [];
    let last: unknown;
    for (const address of this.#candidates()) {
      try {
        return await (await this.#connect(address, 'requests')).request(build);
      } catch (error) {
        if (!isRetriable(error)) throw error;
        last = error;
        failures.push((error as Error).message);
      }
    }
    if (failures.length <= 1) throw last;
    throw new PlantsenseError('BROKER_UNAVAILABLE', failures.join(' '), { cause: last });
  }

  /** A request that changes topics: for the controller, which brokers with ZooKeeper do not pass it on to. */
  async controller<R>(build: RequestBuilder<R>): Promise<R> {
    const { controllerId } = await this.describe([]);
    return (await this.connection(controllerId, 'requests')).request(build);
  }

  /** A shared connection to a broker. */
  async connection(nodeId: number, use: ConnectionUse): Promise<Connection> {
    return this.#connect(await this.#address(nodeId), use);
  }

  /** A connection for the caller alone, who closes it. */
  async open(nodeId: number): Promise<Connection> {
    this.refuseWhenClosed();
    return Connection.open(await this.#address(nodeId), this.settings);
  }

  /** What the cluster knows of topics right now; of all when `names` is null. Topics that are not there are left out. */
  async describe(names: readonly string[] | null): Promise<ClusterMetadata> {
    const metadata = await this.any(metadataRequest(names));
    this.#nodes.clear();
    for (const node of metadata.nodes) this.#nodes.set(node.nodeId, node);
    const found: TopicMetadata[] = [];
    for (const topic of metadata.topics) {
      this.#topics.delete(topic.name);
      if (topic.errorCode === CODE.UNKNOWN_TOPIC_OR_PARTITION) continue;
      check(topic.errorCode, `Metadata of ${topic.name}`);
      const goodUntil = performance.now() + this.settings.metadataMaxAgeMs;
      this.#topics.set(topic.name, { topic, goodUntil });
      found.push(topic);
    }
    return { ...metadata, topics: found };
  }

  /**
   * A topic's metadata, cached until it is old or `forget` is called.
   * @throws PlantsenseError TOPIC_NOT_FOUND
   */
  async topic(name: string): Promise<TopicMetadata> {
    const known = this.#topics.get(name);
    if (known !== undefined && performance.now() < known.goodUntil) return known.topic;
    const [found] = (await this.describe([name])).topics;
    if (found === undefined) throw topicNotFound(name);
    return found;
  }

  /** Drops what is known of a topic, so that the next look is a fresh one. */
  forget(name: string): void {
    this.#topics.delete(name);
  }

  /**
   * The broker that leads a partition.
   * @throws PlantsenseError TOPIC_NOT_FOUND; KafkaCodeError (retriable) while there is no leader
   */
  async leader(topic: string, partition: number): Promise<PartitionMetadata> {
    const found = (await this.topic(topic)).partitions.find(p => p.partition === partition);
    if (found === undefined) throw topicNotFound(`${topic}-${partition}`);
    if (found.leader >= 0) return found;
    this.forget(topic);
    throw new KafkaCodeError(
      found.errorCode || CODE.LEADER_NOT_AVAILABLE,
      `Looking for the leader of ${topic}-${partition}`,
    );
  }

  /** The broker that keeps a group. */
  async coordinator(group: string): Promise<number> {
    const { errorCode, coordinator } = await this.any(findCoordinatorRequest(group));
    check(errorCode, `Looking for the coordinator of group ${group}`);
    this.#nodes.set(coordinator.nodeId, coordinator);
    return coordinator.nodeId;
  }

  /** Closes a connection of a use, if it is there: what it waits for fails. */
  async disconnect(use: ConnectionUse): Promise<void> {
    for (const [key, connection] of this.#connections) {
      if (!key.startsWith(`${use} `)) continue;
      this.#connections.delete(key);
      await connection.then(open => open.close()).catch(() => {});
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    const connections = [...this.#connections.values()];
    this.#connections.clear();
    await Promise.allSettled(connections.map(async connection => (await connection).close()));
  }

  /** @throws PlantsenseError BROKER_UNAVAILABLE */
  refuseWhenClosed(): void {
    if (this.#closed) throw new PlantsenseError('BROKER_UNAVAILABLE', 'This Kafka client was closed.');
  }

  #candidates(): Address[] {
    const unique = new Map<string, Address>();
    for (const address of [...this.#nodes.values(), ...this.#bootstrap]) {
      unique.set(`${address.host}:${address.port}`, address);
    }
    return [...unique.values()];
  }

  async #address(nodeId: number): Promise<Address> {
    if (!this.#nodes.has(nodeId)) await this.describe([]);
    const address = this.#nodes.get(nodeId);
    if (address === undefined) {
      throw new PlantsenseError('BROKER_UNAVAILABLE', `Broker ${nodeId} is not part of the cluster now.`);
    }
    return address;
  }

  async #connect(address: Address, use: ConnectionUse): Promise<Connection> {
    this.refuseWhenClosed();
    const key = `${use} ${address.host}:${address.port}`;
    const known = this.#connections.get(key);
    if (known !== undefined) {
      const connection = await known;
      if (connection.usable) return connection;
      // Another caller may have replaced it while we waited.
      if (this.#connections.get(key) !== known) return this.#connect(address, use);
    }
    const opening = Connection.open(address, this.settings);
    this.#connections.set(key, opening);
    opening.catch(() => {
      if (this.#connections.get(key) === opening) this.#connections.delete(key);
    });
    const opened = await opening;
    if (this.#closed) opened.close();
    return opened;
  }
}

export function topicNotFound(name: string): PlantsenseError {
  return new PlantsenseError('TOPIC_NOT_FOUND', `There is no topic or partition ${name} on this cluster.`);
}
