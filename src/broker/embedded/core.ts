import type { Admin, Commit, OutgoingMessage, TopicPartition } from '../port.js';
import type { Cursor } from './log-reader.js';

/**
 * What lies under the Broker port: the log itself (`LocalCore`), or the same over a socket (`RemoteCore`). The port's
 * readers, producers and members are written once, on top of it. Everything here can travel as JSON, but for records.
 */
export interface Core extends Admin {
  /** Appends messages, each to its partition. @throws as `Producer.send` */
  append(topic: string, messages: readonly OutgoingMessage[]): Promise<void>;
  /** Waits for records at or after an offset. `null` when `signal` aborts first. @throws as `PartitionReader.fetch` */
  read(request: ReadRequest, signal: AbortSignal): Promise<ReadResult | null>;
  /** Makes a member of a group. */
  join(request: JoinRequest, events: MemberEvents): Promise<Membership>;
  /** Saves a member's commit. @throws as `AssignedPartition.commit` */
  commit(owner: Ownership, at: TopicPartition, commit: Commit): Promise<void>;
  close(): Promise<void>;
}

export interface ReadRequest extends TopicPartition {
  readonly offset: number;
  readonly maxBytes: number;
  readonly cursor?: Cursor;
  /** Reads only as long as this member owns the partition. */
  readonly owner?: Ownership;
}

export interface ReadResult {
  /** Intact records one after the other. */
  readonly bytes: Buffer;
  readonly nextOffset: number;
  readonly highWatermark: number;
  readonly cursor: Cursor;
}

/** Says which assignment of a partition a request belongs to. */
export interface Ownership {
  readonly group: string;
  readonly member: string;
  readonly generation: number;
}

export interface JoinRequest {
  readonly group: string;
  readonly topics: readonly string[];
  readonly sessionTimeoutMs: number;
  readonly drainDeadlineMs: number;
  readonly startFrom: 'earliest' | 'latest';
}

/** A partition given to a member. */
export interface Grant extends TopicPartition {
  readonly member: string;
  readonly generation: number;
  readonly incarnation: string;
  readonly committed: Commit | null;
  /** Where to start reading. */
  readonly start: number;
  readonly highWatermark: number;
}

/** What a group tells a member. */
export interface MemberEvents {
  assigned(grants: readonly Grant[]): void;
  /** The partitions are fenced when the promise settles or `deadlineMs` is over. */
  revoke(grants: readonly Grant[], deadlineMs: number): Promise<void>;
  lost(grants: readonly Grant[]): void;
  failed(error: Error): void;
}

export interface Membership {
  /** Drains what is assigned, then leaves. */
  leave(): Promise<void>;
  /** Leaves at once: what is assigned is fenced, and the events are told that it is lost. */
  abandon(): void;
}
