/**
 * The Broker port: what the stream core needs from a log of messages, and nothing that only one client has.
 * Adapters live in `embedded/` and `kafka/`; each passes every check of `conformance/`.
 *
 * Offsets are JavaScript numbers: exact up to 2^53, which one partition does not reach.
 */

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

export type Headers = Readonly<Record<string, Uint8Array>>;

/** A message on its way to a topic. */
export interface OutgoingMessage {
  /** Decides the partition (murmur2 of its UTF-8 bytes, as Kafka's default); `null` spreads evenly. */
  readonly key: string | null;
  /** `null` is a tombstone: in a compacted topic it deletes the key. */
  readonly value: Uint8Array | null;
  readonly headers?: Headers;
  /** Milliseconds since the epoch; the time of sending when absent. */
  readonly timestampMs?: number;
  /** Overrides the choice by key. One that the topic does not have throws PARAMETER_INVALID. */
  readonly partition?: number;
}

/** A message as it stands in the log. The value owns its memory: it may be kept, and transferred to a worker thread. */
export interface Message extends TopicPartition {
  readonly offset: number;
  readonly key: string | null;
  readonly value: Uint8Array | null;
  readonly headers: Headers;
  readonly timestampMs: number;
}

/** What a group commits for a partition. `offset` is the next one to read; `metadata` at most 4,096 bytes. */
export interface Commit {
  readonly offset: number;
  readonly metadata: string;
}

export interface Producer {
  /**
   * Appends messages. Resolves when all of them are durable (Kafka: `acks=all`, idempotent). Messages of one call that
   * go to one partition are appended in the given order, and so are those of two calls when the second starts after
   * the first has resolved. On rejection some may have been appended: the caller sends all of them again.
   * @throws PlantsenseError BROKER_UNAVAILABLE, TOPIC_NOT_FOUND, MESSAGE_TOO_LARGE (nothing of the call was appended),
   *   DISK_FULL, BROKER_AUTH_FAILED
   */
  send(topic: string, messages: readonly OutgoingMessage[]): Promise<void>;
  close(): Promise<void>;
}

/** Messages of one partition, pulled. */
export interface PartitionReader extends TopicPartition {
  /** The offset that the next `fetch` starts at. */
  readonly position: number;
  /** The offset after the last message known to be in the log; grows as fetches learn of it. */
  readonly highWatermark: number;
  /**
   * The next messages in order, about `maxBytes` of them, and always at least one however large it is. Waits until
   * there is one; an abort of `signal` ends the wait with an empty array. One call at a time. Never reads ahead more than
   * `maxBytes` beyond what was asked for, so that whoever stops asking stops the intake.
   * @throws PlantsenseError OFFSET_OUT_OF_RANGE when retention has deleted `position` and `onExpiredOffset` is `fail`
   *   (a reader without a group always fails), or when `position` lies beyond the log's end; COMMIT_FENCED when the partition is no longer assigned; BROKER_UNAVAILABLE
   */
  fetch(maxBytes: number, signal: AbortSignal): Promise<readonly Message[]>;
  /** Moves `position`. Not during a `fetch`. */
  seek(offset: number): void;
}

/** A partition that this member of a group owns for one generation. */
export interface AssignedPartition extends PartitionReader {
  /** Grows with each assignment of this partition to this member; a late commit of an older one is refused. */
  readonly generation: number;
  /** Identifies the topic's incarnation: a topic that was deleted and made again has another. */
  readonly incarnation: string;
  /** The group's commit when the partition was assigned. `fetch` starts there, or at `startFrom` without one. */
  readonly committed: Commit | null;
  /** Offsets that retention deleted before they were read (only with `onExpiredOffset: 'earliest'`). */
  readonly lostOffsets: number;
  /**
   * Commits for the group. Resolves when durable.
   * @throws PlantsenseError COMMIT_FENCED when this generation no longer owns the partition (nothing is written);
   *   BROKER_UNAVAILABLE; CHECKPOINT_TOO_LARGE
   */
  commit(commit: Commit): Promise<void>;
}

export interface GroupListener {
  /** Partitions are ours; the owner starts to fetch. */
  assigned(partitions: readonly AssignedPartition[]): void;
  /**
   * Partitions are about to be taken: stop fetching, drain, commit. Commits are accepted until the promise settles or
   * `deadline` aborts, whichever comes first; then the generation is fenced.
   */
  revoked(partitions: readonly AssignedPartition[], deadline: AbortSignal): Promise<void>;
  /** Partitions were lost without a chance to drain (session expired): already fenced. */
  lost(partitions: readonly AssignedPartition[]): void;
  /** The consumer can't go on. */
  failed(error: Error): void;
}

export interface GroupOptions {
  readonly group: string;
  readonly topics: readonly string[];
  /** Default 30,000. */
  readonly sessionTimeoutMs?: number;
  /** Default 60,000. */
  readonly rebalanceTimeoutMs?: number;
  /** How long `revoked` may take; shorter than both timeouts. Default 20,000. */
  readonly drainDeadlineMs?: number;
  /** Where to start without a commit. Default `earliest`. */
  readonly startFrom?: 'earliest' | 'latest';
  /** What to do when retention has deleted the offset to read from. Default `fail`. */
  readonly onExpiredOffset?: 'fail' | 'earliest';
  /** A stable name of this member, for adapters that know static membership. */
  readonly memberName?: string;
}

export interface GroupConsumer {
  /** Leaves the group: `revoked` is called for what is assigned, then the member is gone. Idempotent. */
  close(): Promise<void>;
}

export interface TopicConfig {
  readonly partitions: number;
  /** `delete` drops old segments; `compact` keeps the last value of each key. Default `delete`. */
  readonly cleanupPolicy?: 'delete' | 'compact';
  /** Absent: kept for ever. */
  readonly retentionMs?: number;
  /** A partition's size; absent: unlimited. */
  readonly retentionBytes?: number;
  /** Default 1,048,576. */
  readonly maxMessageBytes?: number;
  /** Kafka only; default 1. */
  readonly replicationFactor?: number;
}

export interface TopicDescription extends TopicConfig {
  readonly name: string;
  readonly incarnation: string;
}

export interface PartitionOffsets {
  readonly partition: number;
  /** The first offset still in the log. */
  readonly earliest: number;
  /** The offset after the last message. */
  readonly latest: number;
}

export interface Admin {
  listTopics(): Promise<readonly string[]>;
  /** `null` when there is no such topic. */
  describeTopic(topic: string): Promise<TopicDescription | null>;
  /** Creates the topic; does nothing when it is there (whatever its settings). */
  createTopic(topic: string, config: TopicConfig): Promise<void>;
  /**
   * Replaces the settings and adds partitions. Partitions are never removed: asking for fewer throws PARAMETER_INVALID.
   * @throws PlantsenseError TOPIC_NOT_FOUND, as every method below that is given a topic unless it says otherwise
   */
  alterTopic(topic: string, config: TopicConfig): Promise<void>;
  /** Deletes the topic and its messages; does nothing when there is none. */
  deleteTopic(topic: string): Promise<void>;
  offsets(topic: string): Promise<readonly PartitionOffsets[]>;
  /** For each partition the first offset whose timestamp is at or after `timestampMs`, `latest` when there is none. */
  offsetsForTime(
    topic: string,
    timestampMs: number,
  ): Promise<readonly { partition: number; offset: number }[]>;
  /** Deletes everything before `offset` of a partition, as retention would; all of it when `offset` is beyond the end. */
  deleteRecords(at: TopicPartition, offset: number): Promise<void>;
  /** Empty for a group or a topic that is not there. */
  groupCommits(group: string, topic: string): Promise<ReadonlyMap<number, Commit>>;
  /** Sets a group's commits. @throws PlantsenseError GROUP_NOT_EMPTY when the group has members */
  setGroupCommits(group: string, topic: string, commits: ReadonlyMap<number, Commit>): Promise<void>;
}

export interface Broker {
  readonly kind: 'embedded' | 'kafka';
  readonly admin: Admin;
  producer(): Promise<Producer>;
  /**
   * Joins a group. Resolves when joining has begun; the listener tells of assignments.
   * @throws PlantsenseError TOPIC_NOT_FOUND, BROKER_UNAVAILABLE, BROKER_AUTH_FAILED
   */
  join(options: GroupOptions, listener: GroupListener): Promise<GroupConsumer>;
  /** Reads a partition without a group. `close` when done. @throws PlantsenseError TOPIC_NOT_FOUND */
  reader(
    at: TopicPartition,
    from: number | 'earliest' | 'latest',
  ): Promise<PartitionReader & { close(): Promise<void> }>;
  /** Closes what was opened through this client as well. Every `close` of the port may be called again. */
  close(): Promise<void>;
}
