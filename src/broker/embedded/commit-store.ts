import type { Commit, OutgoingMessage, TopicPartition } from '../port.js';
import { type LogOptions, PartitionLog } from './partition-log.js';
import { decodeMessages } from './record.js';

/** A commit, and the incarnation of the topic that it is for: for another one it means nothing. */
interface StoredCommit extends Commit {
  readonly incarnation: string;
}

type Key =
  | readonly [kind: 'commit', group: string, topic: string, partition: number]
  | readonly [kind: 'generation', group: string];

/** Small, because compaction leaves the growing segment alone. */
const SEGMENT_BYTES = 4 * 1024 * 1024;
const READ_BYTES = 1024 * 1024;

/** What groups have committed and how many generations they have had: a compacted log, its last values in memory. */
export class CommitStore {
  private readonly log: PartitionLog;
  /** By group, topic and partition. */
  private readonly commits = new Map<string, Map<string, Map<number, StoredCommit>>>();
  private readonly generations = new Map<string, number>();

  private constructor(log: PartitionLog) {
    this.log = log;
  }

  /** @throws PlantsenseError DATA_DIR_CORRUPT, DISK_FULL */
  static async open(directory: string, options: LogOptions): Promise<CommitStore> {
    const log = await PartitionLog.open(directory, { ...options, segmentBytes: SEGMENT_BYTES });
    const store = new CommitStore(log);
    let slice = await log.read(log.startOffset, READ_BYTES);
    while (slice !== null) {
      for (const { key, value } of decodeMessages(slice.bytes, '', 0)) {
        store.apply(JSON.parse(key!) as Key, value && JSON.parse(Buffer.from(value).toString()));
      }
      slice = await log.read(slice.nextOffset, READ_BYTES, slice.cursor);
    }
    return store;
  }

  /** A group's commit for a partition of this incarnation. */
  get(group: string, { topic, partition }: TopicPartition, incarnation: string): Commit | null {
    const stored = this.commits.get(group)?.get(topic)?.get(partition);
    return stored?.incarnation === incarnation ? { offset: stored.offset, metadata: stored.metadata } : null;
  }

  /** Saves commits of a group, all of them or none. Resolves when they survive the death of this process. */
  async save(
    group: string,
    topic: string,
    incarnation: string,
    commits: Iterable<readonly [partition: number, commit: Commit]>,
  ): Promise<void> {
    await this.append(
      [...commits].map(([partition, { offset, metadata }]) => [
        ['commit', group, topic, partition],
        { offset, metadata, incarnation },
      ]),
    );
  }

  /** Forgets what any group has committed for a topic. */
  async forget(topic: string): Promise<void> {
    const keys: Key[] = [];
    for (const [group, topics] of this.commits) {
      for (const partition of topics.get(topic)?.keys() ?? []) keys.push(['commit', group, topic, partition]);
    }
    await this.append(keys.map(key => [key, null]));
  }

  /** How many generations a group has had. */
  generation(group: string): number {
    return this.generations.get(group) ?? 0;
  }

  /**
   * Saves a group's generation. Because the log keeps the order of its appends, every commit that was accepted before
   * this call is saved, or has failed, when it resolves.
   */
  async saveGeneration(group: string, generation: number): Promise<void> {
    await this.append([[['generation', group], generation]]);
  }

  /** Closed, or failed for good. */
  get isOver(): boolean {
    return this.log.isOver;
  }

  flush(): Promise<void> {
    return this.log.flush();
  }

  /** Drops commits that were replaced, when there are many. */
  async upkeep(): Promise<void> {
    if (this.log.needsCompaction) await this.log.compact(Number.POSITIVE_INFINITY);
  }

  close(abandon: boolean): Promise<void> {
    return this.log.close(abandon);
  }

  private async append(entries: readonly (readonly [Key, StoredCommit | number | null])[]): Promise<void> {
    if (entries.length === 0) return;
    const messages = entries.map(
      ([key, value]): OutgoingMessage => ({
        key: JSON.stringify(key),
        value: value === null ? null : Buffer.from(JSON.stringify(value)),
      }),
    );
    await this.log.append(messages);
    for (const [key, value] of entries) this.apply(key, value);
  }

  private apply(key: Key, value: unknown): void {
    const [kind, group, topic, partition] = key;
    if (kind === 'generation') {
      this.generations.set(group, value as number);
      return;
    }
    const topics = getOrMake(this.commits, group);
    const partitions = getOrMake(topics, topic);
    if (value !== null) partitions.set(partition, value as StoredCommit);
    else partitions.delete(partition);
    if (partitions.size === 0) topics.delete(topic);
    if (topics.size === 0) this.commits.delete(group);
  }
}

function getOrMake<K, InnerK, V>(maps: Map<K, Map<InnerK, V>>, key: K): Map<InnerK, V> {
  const found = maps.get(key) ?? new Map<InnerK, V>();
  maps.set(key, found);
  return found;
}
