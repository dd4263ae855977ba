import { PlantsenseError } from '../../errors.js';
import type {
  Admin,
  Commit,
  PartitionOffsets,
  TopicConfig,
  TopicDescription,
  TopicPartition,
} from '../port.js';
import { type Cluster, topicNotFound } from './network/cluster.js';
import { findOffsets } from './offsets.js';
import {
  alterTopicConfigsRequest,
  createPartitionsRequest,
  createTopicRequest,
  deleteRecordsRequest,
  deleteTopicRequest,
  describeTopicConfigsRequest,
  type TopicErrors,
} from './protocol/admin.js';
import { CODE, check, KafkaCodeError } from './protocol/error-codes.js';
import type { TopicMetadata } from './protocol/metadata.js';
import { offsetCommitRequest, offsetFetchRequest } from './protocol/offsets.js';
import { CONFIG_NAMES, configFromKafka, configToKafka } from './topic-config.js';

/** A group whose members are all gone may be written to as generation -1. */
const NO_GENERATION = -1;
const GROUP_HAS_MEMBERS: readonly number[] = [
  CODE.UNKNOWN_MEMBER_ID,
  CODE.ILLEGAL_GENERATION,
  CODE.REBALANCE_IN_PROGRESS,
];

function checkTopic({ topicErrors }: TopicErrors, what: string, ...allowed: readonly number[]): void {
  const { errorCode, errorMessage } = topicErrors[0] ?? { errorCode: -1 };
  if (errorCode !== CODE.NONE && !allowed.includes(errorCode)) {
    throw new KafkaCodeError(errorCode, what, errorMessage);
  }
}

export class KafkaAdmin implements Admin {
  readonly #cluster: Cluster;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  async listTopics(): Promise<readonly string[]> {
    const { topics } = await this.#cluster.retry('Listing topics', () => this.#cluster.describe(null));
    return topics
      .filter(topic => !topic.isInternal)
      .map(topic => topic.name)
      .sort();
  }

  async describeTopic(topic: string): Promise<TopicDescription | null> {
    const metadata = await this.#find(topic);
    if (metadata === null) return null;
    const configs = await this.#cluster.retry(`Settings of ${topic}`, async () => {
      const { resources } = await this.#cluster.any(describeTopicConfigsRequest(topic, CONFIG_NAMES));
      const resource = resources[0];
      check(resource?.errorCode ?? -1, `Reading the settings of ${topic}`);
      return new Map(resource!.configEntries.map(entry => [entry.configName, entry.configValue]));
    });
    return {
      name: topic,
      incarnation: metadata.topicId,
      partitions: metadata.partitions.length,
      replicationFactor: metadata.partitions[0]?.replicas.length ?? 0,
      ...configFromKafka(configs),
    };
  }

  async createTopic(topic: string, config: TopicConfig): Promise<void> {
    const { partitions, replicationFactor = 1 } = config;
    const request = createTopicRequest(topic, partitions, replicationFactor, configToKafka(config));
    await this.#change(`Creating ${topic}`, async () => {
      checkTopic(await this.#cluster.controller(request), `Creating ${topic}`, CODE.TOPIC_ALREADY_EXISTS);
    });
    await this.#settled(topic, found => found?.partitions.every(p => p.leader >= 0) === true);
  }

  async alterTopic(topic: string, config: TopicConfig): Promise<void> {
    const metadata = await this.#find(topic);
    if (metadata === null) throw topicNotFound(topic);
    const { length } = metadata.partitions;
    if (config.partitions < length) {
      throw new PlantsenseError(
        'PARAMETER_INVALID',
        `${topic} has ${length} partitions; it can't be given ${config.partitions}.`,
      );
    }
    const request = alterTopicConfigsRequest(topic, configToKafka(config));
    await this.#change(`Changing ${topic}`, async () =>
      check(await this.#cluster.any(request), `Changing the settings of ${topic}`),
    );
    if (config.partitions > length) await this.#addPartitions(topic, config.partitions);
  }

  async deleteTopic(topic: string): Promise<void> {
    await this.#change(`Deleting ${topic}`, async () => {
      const answer = await this.#cluster.controller(deleteTopicRequest(topic));
      checkTopic(answer, `Deleting ${topic}`, CODE.UNKNOWN_TOPIC_OR_PARTITION);
    });
    await this.#settled(topic, found => found === null);
  }

  async offsets(topic: string): Promise<readonly PartitionOffsets[]> {
    const partitions = await this.#partitions(topic);
    const [earliest, latest] = await Promise.all([
      findOffsets(this.#cluster, topic, partitions, 'earliest'),
      findOffsets(this.#cluster, topic, partitions, 'latest'),
    ]);
    return partitions.map(partition => ({
      partition,
      earliest: earliest.get(partition) ?? 0,
      latest: latest.get(partition) ?? 0,
    }));
  }

  async offsetsForTime(
    topic: string,
    timestampMs: number,
  ): Promise<readonly { partition: number; offset: number }[]> {
    const partitions = await this.#partitions(topic);
    // Negative times mean something else to the broker.
    const [found, latest] = await Promise.all([
      findOffsets(this.#cluster, topic, partitions, Math.max(0, Math.ceil(timestampMs))),
      findOffsets(this.#cluster, topic, partitions, 'latest'),
    ]);
    return partitions.map(partition => {
      const offset = found.get(partition) ?? -1;
      return { partition, offset: offset >= 0 ? offset : (latest.get(partition) ?? 0) };
    });
  }

  async deleteRecords({ topic, partition }: TopicPartition, offset: number): Promise<void> {
    await this.#partitions(topic);
    const what = `Deleting records of ${topic}-${partition}`;
    await this.#change(what, async () => {
      const { leader } = await this.#cluster.leader(topic, partition);
      const connection = await this.#cluster.connection(leader, 'requests');
      const { topics } = await connection.request(deleteRecordsRequest(topic, partition, offset));
      check(topics[0]?.partitions[0]?.errorCode ?? -1, what);
    });
  }

  async groupCommits(group: string, topic: string): Promise<ReadonlyMap<number, Commit>> {
    const metadata = await this.#find(topic);
    if (metadata === null) return new Map();
    const what = `Commits of group ${group}`;
    return this.#cluster.retry(what, async () => {
      const connection = await this.#coordinator(group);
      const partitions = metadata.partitions.map(p => p.partition);
      const answer = await connection.request(offsetFetchRequest(group, [{ topic, partitions }]));
      check(answer.errorCode, what);
      const commits = new Map<number, Commit>();
      for (const p of answer.responses.flatMap(r => r.partitions)) {
        check(p.errorCode, what, CODE.UNKNOWN_TOPIC_OR_PARTITION);
        const offset = Number(p.offset);
        if (offset >= 0) commits.set(p.partition, { offset, metadata: p.metadata ?? '' });
      }
      return commits;
    });
  }

  async setGroupCommits(group: string, topic: string, commits: ReadonlyMap<number, Commit>): Promise<void> {
    if (commits.size === 0) return;
    const request = offsetCommitRequest({
      groupId: group,
      generationId: NO_GENERATION,
      memberId: '',
      groupInstanceId: null,
      topic,
      partitions: [...commits].map(([partition, commit]) => ({ partition, ...commit })),
    });
    await this.#change(`Setting commits of group ${group}`, async () => {
      const code = await (await this.#coordinator(group)).request(request);
      if (GROUP_HAS_MEMBERS.includes(code)) {
        throw new PlantsenseError('GROUP_NOT_EMPTY', `Group ${group} has members: their commits are theirs.`);
      }
      check(code, `Setting commits of group ${group}`);
    });
  }

  /** Fresh metadata, `null` when there is no such topic. */
  #find(topic: string): Promise<TopicMetadata | null> {
    return this.#cluster.retry(
      `Looking for ${topic}`,
      async () => (await this.#cluster.describe([topic])).topics[0] ?? null,
    );
  }

  async #partitions(topic: string): Promise<readonly number[]> {
    const metadata = await this.#find(topic);
    if (metadata === null) throw topicNotFound(topic);
    return metadata.partitions.map(p => p.partition);
  }

  async #coordinator(group: string) {
    return this.#cluster.connection(await this.#cluster.coordinator(group), 'requests');
  }

  #change(what: string, operation: () => Promise<void>): Promise<void> {
    return this.#cluster.retry(what, operation);
  }

  async #addPartitions(topic: string, count: number): Promise<void> {
    await this.#change(`Adding partitions to ${topic}`, async () => {
      const answer = await this.#cluster.controller(createPartitionsRequest(topic, count));
      // A second try finds what the first one did.
      checkTopic(answer, `Adding partitions to ${topic}`, CODE.INVALID_PARTITIONS);
    });
    await this.#settled(
      topic,
      found => found?.partitions.length === count && found.partitions.every(p => p.leader >= 0),
    );
  }

  /** The controller has agreed; the brokers hear of it a moment later. */
  async #settled(topic: string, holds: (found: TopicMetadata | null) => boolean): Promise<void> {
    await this.#cluster.retry(`Waiting for ${topic}`, async () => {
      const found = (await this.#cluster.describe([topic])).topics[0] ?? null;
      if (!holds(found)) throw new KafkaCodeError(CODE.COORDINATOR_NOT_AVAILABLE, `Waiting for ${topic}`);
    });
  }
}
