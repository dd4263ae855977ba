import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { PlantsenseError } from '../../errors.js';
import { checkMetadata } from '../commit-limit.js';
import { createPartitioner } from '../partitioner.js';
import type {
  Commit,
  OutgoingMessage,
  PartitionOffsets,
  TopicConfig,
  TopicDescription,
  TopicPartition,
} from '../port.js';
import { Background } from './background.js';
import { bootedSince, rememberBoot } from './boot-record.js';
import { CommitStore } from './commit-store.js';
import type {
  Core,
  JoinRequest,
  MemberEvents,
  Membership,
  Ownership,
  ReadRequest,
  ReadResult,
} from './core.js';
import { diskError } from './disk-error.js';
import { fenced } from './fence.js';
import { GroupCoordinator } from './group-coordinator.js';
import { logChange } from './log-change.js';
import { type WriteAt, writeAt } from './log-segment.js';
import type { FsyncPolicy, LogOptions, PartitionLog } from './partition-log.js';
import { bootId } from './process-identity.js';
import { recordSize } from './record.js';
import { TopicCatalog } from './topic-catalog.js';
import { DEFAULT_MAX_MESSAGE_BYTES } from './topic-config.js';
import { WriteBuffers } from './write-buffers.js';

export interface LocalCoreOptions {
  /** Default `interval`. */
  readonly fsync?: FsyncPolicy;
  /** Default 1,000. */
  readonly fsyncIntervalMs?: number;
  /** How often retention and compaction are looked after. Default 10,000. */
  readonly upkeepIntervalMs?: number;
  /** Default 64 MiB. */
  readonly segmentBytes?: number;
  /** Milliseconds since the epoch; for messages without a timestamp, and for retention. */
  readonly now?: () => number;
  readonly newId?: () => string;
  /** Told of what went wrong in the background. */
  readonly warn?: (message: string, error?: unknown) => void;
  /** Tells a start of the machine from the others; found out when absent. */
  readonly boot?: string;
  /** For tests that make the disk fail. */
  readonly write?: WriteAt;
}

/** The broker itself: logs, topics, groups and commits in a directory that belongs to this process alone. */
export class LocalCore implements Core {
  private readonly catalog: TopicCatalog;
  private readonly commits: CommitStore;
  private readonly groups: GroupCoordinator;
  private readonly background: Background;
  private readonly warn: (message: string, error?: unknown) => void;
  private readonly partitioners = new Map<string, ReturnType<typeof createPartitioner>>();
  private closing: Promise<void> | undefined;

  private constructor(catalog: TopicCatalog, commits: CommitStore, options: LocalCoreOptions) {
    const { now = Date.now, newId = randomUUID, warn = () => {} } = options;
    this.catalog = catalog;
    this.commits = commits;
    this.warn = warn;
    this.groups = new GroupCoordinator({ catalog, commits, warn }, newId);
    const { fsync, fsyncIntervalMs = 1_000, upkeepIntervalMs = 10_000 } = options;
    this.background = new Background(catalog, commits, {
      fsyncIntervalMs: fsync === 'never' ? null : fsyncIntervalMs,
      upkeepIntervalMs,
      now,
      warn,
    });
  }

  /** @throws PlantsenseError DATA_DIR_CORRUPT, DISK_FULL */
  static async open(directory: string, options: LocalCoreOptions = {}): Promise<LocalCore> {
    const boot = options.boot ?? bootId();
    const logs: LogOptions = {
      afterPowerCut: await bootedSince(directory, boot),
      segmentBytes: options.segmentBytes ?? 64 * 1024 * 1024,
      fsync: options.fsync ?? 'interval',
      buffers: new WriteBuffers(),
      now: options.now ?? Date.now,
      write: options.write ?? writeAt,
    };
    const catalog = await TopicCatalog.open(directory, logs, options.newId ?? randomUUID);
    const commits = await CommitStore.open(join(directory, 'commits'), logs).catch(async error => {
      await catalog.close(true);
      throw error;
    });
    const core = new LocalCore(catalog, commits, options);
    core.reportCuts();
    await rememberBoot(directory, boot).catch(async error => {
      await core.close(true);
      throw diskError(error, directory);
    });
    return core;
  }

  async append(topic: string, messages: readonly OutgoingMessage[]): Promise<void> {
    const { config, logs } = this.catalog.get(topic);
    const choose = this.partitionerOf(topic);
    const batches = new Map<PartitionLog, OutgoingMessage[]>();
    for (const message of messages) {
      checkMessage(topic, config, message);
      const log = logs[choose(message, logs.length)]!;
      const batch = batches.get(log);
      if (batch) batch.push(message);
      else batches.set(log, [message]);
    }
    const appends = await Promise.allSettled([...batches].map(([log, batch]) => log.append(batch)));
    const failed = appends.find(append => append.status === 'rejected');
    if (failed) throw failed.reason;
  }

  async read(request: ReadRequest, signal: AbortSignal): Promise<ReadResult | null> {
    const { topic, partition, offset, maxBytes, cursor, owner } = request;
    const fence = owner && this.groups.assignment(owner, request).fence;
    const log = this.catalog.log(topic, partition);
    while (!signal.aborted) {
      const slice = await log.read(offset, maxBytes, cursor).catch(error => {
        if (fence?.isUp) throw fenced(request);
        // The log of a deleted topic is closed.
        if (this.closing === undefined) this.catalog.get(topic);
        throw error;
      });
      if (fence?.isUp) throw fenced(request);
      if (slice !== null) return { ...slice, highWatermark: log.endOffset };
      await logChange(log, offset, signal, fence);
    }
    return null;
  }

  async join(request: JoinRequest, events: MemberEvents): Promise<Membership> {
    this.checkOpen();
    const seat = this.groups.join(request, events);
    return { leave: () => this.groups.leave(seat), abandon: () => this.groups.evict(seat) };
  }

  async commit(owner: Ownership, at: TopicPartition, commit: Commit): Promise<void> {
    const { incarnation } = this.groups.assignment(owner, at).grant;
    await this.commits.save(owner.group, at.topic, incarnation, [[at.partition, commit]]);
  }

  async listTopics(): Promise<readonly string[]> {
    this.checkOpen();
    return this.catalog.names;
  }

  async describeTopic(topic: string): Promise<TopicDescription | null> {
    this.checkOpen();
    const found = this.catalog.find(topic);
    return found ? { name: topic, incarnation: found.incarnation, ...found.config } : null;
  }

  async createTopic(topic: string, config: TopicConfig): Promise<void> {
    this.checkOpen();
    await this.catalog.create(topic, config);
    this.groups.topicsChanged();
  }

  async alterTopic(topic: string, config: TopicConfig): Promise<void> {
    this.checkOpen();
    await this.catalog.alter(topic, config);
    this.groups.topicsChanged();
  }

  async deleteTopic(topic: string): Promise<void> {
    this.checkOpen();
    if ((await this.catalog.delete(topic)) === undefined) return;
    this.partitioners.delete(topic);
    this.groups.topicsChanged();
    await this.commits.forget(topic);
  }

  async offsets(topic: string): Promise<readonly PartitionOffsets[]> {
    this.checkOpen();
    return this.catalog.get(topic).logs.map(({ startOffset, endOffset }, partition) => ({
      partition,
      earliest: startOffset,
      latest: endOffset,
    }));
  }

  async offsetsForTime(
    topic: string,
    timestampMs: number,
  ): Promise<readonly { partition: number; offset: number }[]> {
    this.checkOpen();
    const { logs } = this.catalog.get(topic);
    return Promise.all(
      logs.map(async (log, partition) => ({ partition, offset: await log.offsetForTime(timestampMs) })),
    );
  }

  async deleteRecords({ topic, partition }: TopicPartition, offset: number): Promise<void> {
    this.checkOpen();
    await this.catalog.log(topic, partition).deleteBefore(offset);
  }

  async groupCommits(group: string, topic: string): Promise<ReadonlyMap<number, Commit>> {
    this.checkOpen();
    const found = this.catalog.find(topic);
    const commits = new Map<number, Commit>();
    for (let partition = 0; partition < (found?.logs.length ?? 0); partition++) {
      const commit = this.commits.get(group, { topic, partition }, found!.incarnation);
      if (commit) commits.set(partition, commit);
    }
    return commits;
  }

  async setGroupCommits(group: string, topic: string, commits: ReadonlyMap<number, Commit>): Promise<void> {
    this.checkOpen();
    for (const { metadata } of commits.values()) checkMetadata(metadata);
    for (const partition of commits.keys()) this.catalog.log(topic, partition);
    if (this.groups.hasMembers(group)) {
      throw new PlantsenseError('GROUP_NOT_EMPTY', `Group ${group} has members.`);
    }
    await this.commits.save(group, topic, this.catalog.get(topic).incarnation, commits);
  }

  /** Retention and compaction, which otherwise run by themselves now and then. */
  upkeep(): Promise<void> {
    return this.background.upkeep();
  }

  /** Compacts everything that a topic holds now. */
  compact(topic: string): Promise<void> {
    return this.background.compact(topic);
  }

  /** @param abandon leave everything as if the process had died now */
  close(abandon = false): Promise<void> {
    this.closing ??= (async () => {
      this.background.stop();
      this.groups.close();
      await this.catalog.close(abandon);
      await this.commits.close(abandon);
    })();
    return this.closing;
  }

  private reportCuts(): void {
    for (const { truncatedBytes, directory } of [...this.catalog.all()].flatMap(topic => topic.logs)) {
      if (truncatedBytes > 0)
        this.warn(`Cut ${truncatedBytes} bytes of an unfinished write off ${directory}`);
    }
  }

  private partitionerOf(topic: string): ReturnType<typeof createPartitioner> {
    const partitioner = this.partitioners.get(topic) ?? createPartitioner();
    this.partitioners.set(topic, partitioner);
    return partitioner;
  }

  private checkOpen(): void {
    if (this.closing === undefined) return;
    throw new PlantsenseError('BROKER_UNAVAILABLE', 'The embedded broker was closed.');
  }
}

function checkMessage(topic: string, config: TopicConfig, message: OutgoingMessage): void {
  const limit = config.maxMessageBytes ?? DEFAULT_MAX_MESSAGE_BYTES;
  const size = recordSize(message);
  if (size > limit) {
    throw new PlantsenseError(
      'MESSAGE_TOO_LARGE',
      `A message of ${size} bytes is too large for topic ${topic}, which takes ${limit}.`,
    );
  }
  if (config.cleanupPolicy === 'compact' && message.key === null) {
    throw new PlantsenseError(
      'PARAMETER_INVALID',
      `A message without a key can't be in ${topic}: it is compacted.`,
    );
  }
}
