import { PlantsenseError } from '../../errors.js';
import { checkMetadata } from '../commit-limit.js';
import type {
  AssignedPartition,
  Commit,
  GroupConsumer,
  GroupListener,
  GroupOptions,
  Message,
  TopicPartition,
} from '../port.js';
import type { Core, Grant, MemberEvents, Membership, Ownership } from './core.js';
import { CoreReader } from './core-reader.js';
import { fenced } from './fence.js';

const DEFAULT_SESSION_TIMEOUT_MS = 30_000;
const DEFAULT_DRAIN_DEADLINE_MS = 20_000;

/** A partition in the hands of a member of this process. */
class GrantedPartition implements AssignedPartition {
  readonly topic: string;
  readonly partition: number;
  readonly generation: number;
  readonly incarnation: string;
  readonly committed: Commit | null;
  private readonly core: Core;
  private readonly owner: Ownership;
  private readonly reader: CoreReader;
  private isFenced = false;

  constructor(core: Core, grant: Grant, { group, onExpiredOffset = 'fail' }: GroupOptions) {
    const { topic, partition, member, generation, start, highWatermark } = grant;
    this.core = core;
    this.topic = topic;
    this.partition = partition;
    this.generation = generation;
    this.incarnation = grant.incarnation;
    this.committed = grant.committed;
    this.owner = { group, member, generation };
    this.reader = new CoreReader(core, {
      topic,
      partition,
      offset: start,
      highWatermark,
      owner: this.owner,
      onExpiredOffset,
    });
  }

  get position(): number {
    return this.reader.position;
  }

  get highWatermark(): number {
    return this.reader.highWatermark;
  }

  get lostOffsets(): number {
    return this.reader.lostOffsets;
  }

  async fetch(maxBytes: number, signal: AbortSignal): Promise<readonly Message[]> {
    if (this.isFenced) throw fenced(this);
    return this.reader.fetch(maxBytes, signal);
  }

  seek(offset: number): void {
    this.reader.seek(offset);
  }

  async commit(commit: Commit): Promise<void> {
    checkMetadata(commit.metadata);
    if (this.isFenced) throw fenced(this);
    await this.core.commit(this.owner, { topic: this.topic, partition: this.partition }, commit);
  }

  fence(): void {
    this.isFenced = true;
  }
}

/** Stands between a core's group and a listener of the port. */
export class CoreMember implements GroupConsumer, MemberEvents {
  private readonly core: Core;
  private readonly options: GroupOptions;
  private readonly listener: GroupListener;
  private readonly onClose: () => void;
  private readonly partitions = new Map<string, GrantedPartition>();
  private membership: Membership | undefined;
  private closing: Promise<void> | undefined;

  constructor(core: Core, options: GroupOptions, listener: GroupListener, onClose: () => void) {
    this.core = core;
    this.options = options;
    this.listener = listener;
    this.onClose = onClose;
  }

  /** @throws PlantsenseError TOPIC_NOT_FOUND, BROKER_UNAVAILABLE */
  async join(): Promise<void> {
    const { group, topics, sessionTimeoutMs = DEFAULT_SESSION_TIMEOUT_MS } = this.options;
    const { drainDeadlineMs = DEFAULT_DRAIN_DEADLINE_MS, startFrom = 'earliest' } = this.options;
    const request = { group, topics, sessionTimeoutMs, drainDeadlineMs, startFrom };
    this.membership = await this.core.join(request, this);
  }

  assigned(grants: readonly Grant[]): void {
    const partitions = grants.map(grant => new GrantedPartition(this.core, grant, this.options));
    for (const partition of partitions) this.partitions.set(nameOf(partition), partition);
    this.tell(() => this.listener.assigned(partitions));
  }

  async revoke(grants: readonly Grant[], deadlineMs: number): Promise<void> {
    const partitions = this.take(grants);
    const deadline = new AbortController();
    const over = new Promise(resolve => deadline.signal.addEventListener('abort', resolve));
    const timer = setTimeout(() => deadline.abort(), deadlineMs).unref();
    try {
      await Promise.race([over, this.listener.revoked(partitions, deadline.signal)]);
    } catch (error) {
      this.listener.failed(asError(error));
    } finally {
      clearTimeout(timer);
      for (const partition of partitions) partition.fence();
    }
  }

  lost(grants: readonly Grant[]): void {
    const partitions = this.take(grants);
    for (const partition of partitions) partition.fence();
    if (partitions.length > 0) this.tell(() => this.listener.lost(partitions));
  }

  failed(error: Error): void {
    this.listener.failed(error);
  }

  close(): Promise<void> {
    this.closing ??= this.membership!.leave().finally(this.onClose);
    return this.closing;
  }

  private take(grants: readonly Grant[]): GrantedPartition[] {
    return grants.flatMap(grant => {
      const partition = this.partitions.get(nameOf(grant));
      if (partition?.generation !== grant.generation) return [];
      this.partitions.delete(nameOf(grant));
      return [partition];
    });
  }

  private tell(event: () => void): void {
    try {
      event();
    } catch (error) {
      this.listener.failed(asError(error));
    }
  }
}

const nameOf = ({ topic, partition }: TopicPartition): string => `${topic}/${partition}`;

const asError = (error: unknown): Error =>
  error instanceof Error ? error : new PlantsenseError('INTERNAL', String(error));
