import { setTimeout as sleep } from 'node:timers/promises';
import type { Commit, GroupConsumer, GroupListener, GroupOptions } from '../../port.js';
import { aborted, orAborted } from '../abort.js';
import { type Cluster, topicNotFound } from '../network/cluster.js';
import { KafkaPartitionReader } from '../partition-reader.js';
import { CODE, isRetriable, KafkaCodeError, toBrokerError } from '../protocol/error-codes.js';
import type { TopicPartitions } from '../protocol/group.js';
import { KafkaAssignedPartition } from './assigned-partition.js';
import { GroupCoordinator } from './coordinator.js';
import { Heartbeats } from './heartbeats.js';
import { type GroupTimeouts, Membership, type TopicSnapshot } from './membership.js';
import { Ownership } from './ownership.js';
import { findStartingPoints, type StartingPoint } from './starting-point.js';
import { TopicWatch } from './topic-watch.js';

const PAUSE_MS = 200;

/** The coordinator has dropped this member; it may come back as another. */
function isExpulsion(error: unknown): error is KafkaCodeError {
  const codes: readonly number[] = [CODE.UNKNOWN_MEMBER_ID, CODE.ILLEGAL_GENERATION];
  return error instanceof KafkaCodeError && codes.includes(error.kafkaCode);
}

interface Joined {
  readonly topics: TopicSnapshot;
  readonly assignment: TopicPartitions;
}

/**
 * One member of a consumer group: joins, takes what it is given, gives up what it is not, and joins again when the group
 * changes. Rebalances are cooperative: what stays is never stopped, and its commits pass all the time.
 */
export class GroupMember implements GroupConsumer {
  readonly #cluster: Cluster;
  readonly #options: GroupOptions;
  readonly #timeouts: GroupTimeouts;
  readonly #listener: GroupListener;
  readonly #coordinator: GroupCoordinator;
  readonly #membership: Membership;
  readonly #ownership: Ownership;
  readonly #closing = new AbortController();
  #watch: TopicWatch | null = null;
  #lastGeneration = 0;
  #troubles = 0;
  #running: Promise<void> = Promise.resolve();

  constructor(cluster: Cluster, options: GroupOptions, timeouts: GroupTimeouts, listener: GroupListener) {
    this.#cluster = cluster;
    this.#options = options;
    this.#timeouts = timeouts;
    this.#listener = listener;
    this.#coordinator = new GroupCoordinator(cluster, options.group);
    this.#membership = new Membership(cluster, this.#coordinator, options, timeouts);
    this.#ownership = new Ownership(listener, timeouts.drainDeadlineMs, cluster.environment.log);
  }

  /**
   * Looks whether topics and coordinator are there, and starts.
   * @throws PlantsenseError TOPIC_NOT_FOUND, BROKER_UNAVAILABLE, BROKER_AUTH_FAILED
   */
  async start(): Promise<void> {
    await this.#cluster.retry(`Joining group ${this.#options.group}`, async () => {
      const missing = this.#missing(await this.#snapshot());
      if (missing !== undefined) throw topicNotFound(missing);
      await this.#coordinator.find();
    });
    this.#running = this.#run();
  }

  close(): Promise<void> {
    this.#closing.abort();
    return this.#running;
  }

  async #run(): Promise<void> {
    try {
      while (!this.#closing.signal.aborted) await this.#oneGeneration();
    } catch (error) {
      this.#ownership.lose();
      this.#listener.failed(toBrokerError(error));
    }
    await this.#ownership.drain(this.#ownership.all());
    await this.#membership.leave().catch(() => {});
    await this.#coordinator.close();
  }

  /** From a join to the reason for the next one. */
  async #oneGeneration(): Promise<void> {
    const joined = await this.#join();
    if (joined === null) return;
    const heartbeats = this.#startHeartbeats();
    const { metadataMaxAgeMs } = this.#cluster.settings;
    const watch = new TopicWatch(joined.topics, () => this.#snapshot(), metadataMaxAgeMs);
    this.#watch = watch;
    try {
      const surplus = this.#ownership.missingFrom(joined.assignment);
      const disturbed = AbortSignal.any([heartbeats.rebalance, heartbeats.lost, this.#closing.signal]);
      await Promise.all([
        this.#take(joined.assignment, disturbed, heartbeats.lost),
        this.#ownership.drain(surplus, heartbeats.lost),
      ]);
      // What was given up is free only once the others hear of it: join again at once.
      if (surplus.length === 0) await aborted(AbortSignal.any([disturbed, watch.changed]));
    } finally {
      heartbeats.stop();
      watch.stop();
    }
    if (heartbeats.lost.aborted) this.#lose(heartbeats.lostBecause);
  }

  /** Joins until it works. `null` when closing: a join under way goes on by itself, so that last commits pass. */
  async #join(): Promise<Joined | null> {
    const start = performance.now();
    while (!this.#closing.signal.aborted) {
      try {
        const joined = await orAborted(this.#joinOnce(), this.#closing.signal);
        this.#troubles = 0;
        return joined;
      } catch (error) {
        // The group has changed again in the middle of it.
        if (error instanceof KafkaCodeError && error.kafkaCode === CODE.REBALANCE_IN_PROGRESS) continue;
        if (isExpulsion(error)) this.#lose(error);
        else if (!isRetriable(error)) throw error;
        else if (performance.now() - start > this.#timeouts.sessionTimeoutMs) this.#lose(null);
        this.#trouble(error);
      }
      await sleep(PAUSE_MS, undefined, { signal: this.#closing.signal }).catch(() => {});
    }
    return null;
  }

  async #joinOnce(): Promise<Joined> {
    const topics = await this.#cluster.retry(
      `Topics of group ${this.#options.group}`,
      async () => {
        const snapshot = await this.#snapshot();
        this.#ownership.loseGone(snapshot);
        const missing = this.#missing(snapshot);
        if (missing === undefined) return snapshot;
        // Retriable: it may be about to be made again. After the budget it is TOPIC_NOT_FOUND.
        throw new KafkaCodeError(CODE.UNKNOWN_TOPIC_OR_PARTITION, `Reading ${missing}`);
      },
      { signal: this.#closing.signal },
    );
    return { topics, assignment: await this.#membership.join(topics, this.#ownership.partitions) };
  }

  #startHeartbeats(): Heartbeats {
    const { sessionTimeoutMs } = this.#timeouts;
    return new Heartbeats({
      intervalMs: Math.min(this.#cluster.settings.heartbeatIntervalMs, sessionTimeoutMs / 4),
      sessionTimeoutMs,
      beat: () => this.#membership.heartbeat(sessionTimeoutMs / 2),
      onTrouble: error => this.#trouble(error),
    });
  }

  /** Opens what is new in the assignment. If the group is disturbed before that works, they stay nobody's. */
  async #take(assignment: TopicPartitions, disturbed: AbortSignal, lost: AbortSignal): Promise<void> {
    const added = new Map<string, number[]>();
    for (const [topic, partitions] of assignment) {
      const fresh = partitions.filter(partition => !this.#ownership.has(topic, partition));
      if (fresh.length > 0) added.set(topic, fresh);
    }
    if (added.size === 0) return;
    try {
      const points = await this.#cluster.retry(
        `Starting points of group ${this.#options.group}`,
        () => findStartingPoints(this.#cluster, this.#coordinator, this.#options, added),
        {
          budgetMs: Number.POSITIVE_INFINITY,
          signal: disturbed,
          reset: () => {
            this.#coordinator.reset();
            for (const topic of added.keys()) this.#cluster.forget(topic);
          },
        },
      );
      if (lost.aborted || this.#closing.signal.aborted) return;
      this.#lastGeneration = Math.max(this.#membership.generationId, this.#lastGeneration + 1);
      this.#ownership.add(points.map(point => this.#open(point)));
    } catch (error) {
      if (disturbed.aborted) return;
      if (toBrokerError(error).code !== 'TOPIC_NOT_FOUND') throw error;
      // Deleted a moment ago: the next join sees whether it is made again.
      this.#watch?.lookNow();
    }
  }

  #open(point: StartingPoint): KafkaAssignedPartition {
    const reader = new KafkaPartitionReader(this.#cluster, point, {
      topicId: point.topicId,
      position: point.position,
      onExpiredOffset: this.#options.onExpiredOffset ?? 'fail',
      onTopicGone: () => this.#watch?.lookNow(),
    });
    const assignment = {
      group: this.#options.group,
      generation: this.#lastGeneration,
      incarnation: point.topicId,
      committed: point.committed,
    };
    return new KafkaAssignedPartition(reader, assignment, (partition, commit) =>
      this.#commit(partition, commit),
    );
  }

  async #commit(partition: KafkaAssignedPartition, commit: Commit): Promise<void> {
    const { topic, fenced } = partition;
    const partitions = [{ partition: partition.partition, ...commit }];
    const write = () => this.#membership.commit({ topic, partitions }, fenced);
    try {
      const written = await this.#cluster.retry(`Committing ${partition.name}`, write, {
        signal: fenced,
        reset: () => this.#coordinator.reset(),
      });
      if (!written) throw partition.fencedError();
    } catch (error) {
      throw fenced.aborted ? partition.fencedError() : error;
    }
  }

  /** @throws what ended the membership, if joining again can't help */
  #lose(because: unknown): void {
    const isUnknown = because instanceof KafkaCodeError && because.kafkaCode === CODE.UNKNOWN_MEMBER_ID;
    this.#membership.reset(isUnknown);
    this.#ownership.lose();
    if (because !== null && !isExpulsion(because)) throw because;
  }

  #trouble(error: unknown): void {
    this.#coordinator.reset();
    const attempt = ++this.#troubles;
    // The first, second, fourth … time: a long outage must not fill the log.
    if ((attempt & (attempt - 1)) !== 0) return;
    const reason = (error as Error).message;
    this.#cluster.environment.log('warn', `Group ${this.#options.group}: trying again`, { attempt, reason });
  }

  async #snapshot(): Promise<TopicSnapshot> {
    const { topics } = await this.#cluster.describe(this.#options.topics);
    return new Map(
      topics.map(({ name, topicId, partitions }) => [name, { topicId, partitions: partitions.length }]),
    );
  }

  #missing(snapshot: TopicSnapshot): string | undefined {
    return this.#options.topics.find(topic => !snapshot.has(topic));
  }
}
