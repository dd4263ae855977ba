import { setTimeout as sleep } from 'node:timers/promises';
import { PlantsenseError } from '../../errors.js';
import type {
  AssignedPartition,
  Broker,
  GroupConsumer,
  GroupListener,
  GroupOptions,
  Message,
} from '../port.js';

/** Short enough that a check that waits for one of them ends, long enough for a real broker's limits. */
export const TIMEOUTS = {
  sessionTimeoutMs: 6_000,
  rebalanceTimeoutMs: 8_000,
  drainDeadlineMs: 3_000,
} as const;

export interface MemberBehaviour {
  /** Commits after each fetch and, when revoked, what was processed. Default true. */
  readonly commits?: boolean;
  /** Fetches by itself. Default true. */
  readonly fetches?: boolean;
  readonly maxBytes?: number;
  /** What processing a message means. */
  process?(message: Message, partition: AssignedPartition): Promise<void> | void;
  /** Called in `revoked`, before the last commit. */
  revoked?(partitions: readonly AssignedPartition[], deadline: AbortSignal): Promise<void>;
}

interface Lane {
  readonly partition: AssignedPartition;
  readonly stop: AbortController;
  running: Promise<void>;
}

const name = (p: AssignedPartition) => `${p.topic}-${p.partition}`;

/** A member of a group as the stream core is one: a loop a partition, and a drain when it is revoked. */
export class Member implements GroupListener {
  /** What was processed, in order. */
  readonly received: Message[] = [];
  /** Everything that was ever assigned. */
  readonly history: AssignedPartition[] = [];
  readonly errors: Error[] = [];
  consumer: GroupConsumer | undefined;
  private readonly lanes = new Map<string, Lane>();
  private readonly behaviour: MemberBehaviour;

  constructor(behaviour: MemberBehaviour = {}) {
    this.behaviour = behaviour;
  }

  static async join(broker: Broker, options: GroupOptions, behaviour: MemberBehaviour = {}): Promise<Member> {
    const member = new Member(behaviour);
    member.consumer = await broker.join({ ...TIMEOUTS, ...options }, member);
    return member;
  }

  /** The partitions that are assigned now. */
  get partitions(): AssignedPartition[] {
    return [...this.lanes.values()].map(lane => lane.partition);
  }

  /** Their names, sorted: `topic-0`. */
  get names(): string[] {
    return [...this.lanes.keys()].sort();
  }

  get(partition: number): AssignedPartition {
    const found = this.partitions.find(p => p.partition === partition);
    if (found === undefined) throw new Error(`Partition ${partition} is not assigned; ${this.names} are.`);
    return found;
  }

  assigned(partitions: readonly AssignedPartition[]): void {
    for (const partition of partitions) {
      if (this.lanes.has(name(partition))) throw new Error(`${name(partition)} was assigned twice.`);
      const lane: Lane = { partition, stop: new AbortController(), running: Promise.resolve() };
      this.history.push(partition);
      this.lanes.set(name(partition), lane);
      if (this.behaviour.fetches !== false) lane.running = this.run(lane);
    }
  }

  async revoked(partitions: readonly AssignedPartition[], deadline: AbortSignal): Promise<void> {
    const lanes = this.remove(partitions);
    await this.behaviour.revoked?.(partitions, deadline);
    await Promise.all(lanes.map(lane => lane.running));
  }

  lost(partitions: readonly AssignedPartition[]): void {
    this.remove(partitions);
  }

  failed(error: Error): void {
    this.errors.push(error);
  }

  async close(): Promise<void> {
    await this.consumer?.close();
  }

  private remove(partitions: readonly AssignedPartition[]): Lane[] {
    return partitions.map(partition => {
      const lane = this.lanes.get(name(partition));
      if (lane?.partition !== partition) throw new Error(`${name(partition)} was revoked but not assigned.`);
      this.lanes.delete(name(partition));
      lane.stop.abort();
      return lane;
    });
  }

  private async run({ partition, stop: { signal } }: Lane): Promise<void> {
    while (!signal.aborted) {
      try {
        const batch = await partition.fetch(this.behaviour.maxBytes ?? 100_000, signal);
        for (const message of batch) {
          await this.behaviour.process?.(message, partition);
          this.received.push(message);
        }
        const last = batch.at(-1);
        if (last && this.behaviour.commits !== false) {
          await partition.commit({ offset: last.offset + 1, metadata: '' });
        }
      } catch (error) {
        const code = error instanceof PlantsenseError ? error.code : 'INTERNAL';
        if (code === 'COMMIT_FENCED') return;
        if (code !== 'BROKER_UNAVAILABLE') {
          this.errors.push(error as Error);
          return;
        }
        // A restarting broker: what was processed but not committed comes again, or the partition is lost.
        await sleep(50);
      }
    }
  }
}
