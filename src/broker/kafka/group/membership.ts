import { setTimeout as sleep } from 'node:timers/promises';
import type { GroupOptions } from '../../port.js';
import type { Cluster } from '../network/cluster.js';
import { CODE, check, KafkaCodeError } from '../protocol/error-codes.js';
import {
  decodeAssignment,
  decodeSubscription,
  encodeAssignment,
  encodeSubscription,
  heartbeatRequest,
  type JoinResponse,
  joinGroupRequest,
  leaveGroupRequest,
  type MemberIdentity,
  syncGroupRequest,
  type TopicPartitions,
} from '../protocol/group.js';
import { type OffsetCommitArguments, offsetCommitRequest } from '../protocol/offsets.js';
import { assign } from './assignor.js';
import type { GroupCoordinator } from './coordinator.js';

/** Ours alone: a member with another strategy can't join, instead of being misunderstood. */
const STRATEGY = 'plantsense-cooperative';
const LEAVE_TIMEOUT_MS = 2_000;
/** How long a leave waits for a join under way. */
const JOIN_GRACE_MS = 1_000;
const BETWEEN_GENERATIONS_MS = 50;

export type GroupTimeouts = Required<
  Pick<GroupOptions, 'sessionTimeoutMs' | 'rebalanceTimeoutMs' | 'drainDeadlineMs'>
>;

/** Partition counts and incarnations of the topics that a group reads. */
export type TopicSnapshot = ReadonlyMap<string, { readonly topicId: string; readonly partitions: number }>;

/** This member's standing with the coordinator: who it is, in which generation, and the requests that need both. */
export class Membership {
  readonly #cluster: Cluster;
  readonly #coordinator: GroupCoordinator;
  readonly #options: GroupOptions;
  readonly #timeouts: GroupTimeouts;
  #memberId = '';
  #generationId = -1;
  #joining: Promise<void> = Promise.resolve();
  #isLeaving = false;

  constructor(
    cluster: Cluster,
    coordinator: GroupCoordinator,
    options: GroupOptions,
    timeouts: GroupTimeouts,
  ) {
    this.#cluster = cluster;
    this.#coordinator = coordinator;
    this.#options = options;
    this.#timeouts = timeouts;
  }

  /** -1 while there is none. */
  get generationId(): number {
    return this.#generationId;
  }

  /**
   * Joins the group's next generation and gives what this member gets of it. One try.
   * @param owned what this member has now and goes on with meanwhile
   * @throws KafkaCodeError, PlantsenseError
   */
  join(topics: TopicSnapshot, owned: TopicPartitions): Promise<TopicPartitions> {
    const joining = this.#join(topics, owned);
    this.#joining = joining.then(
      () => {},
      () => {},
    );
    return joining;
  }

  /** The coordinator's answer as an error code. */
  async heartbeat(timeoutMs: number): Promise<number> {
    const request = heartbeatRequest(this.#identity, this.#generationId);
    return (await this.#coordinator.membership(request, timeoutMs)).errorCode;
  }

  /**
   * Commits as a member of the newest generation; between two of them it waits for the next.
   * @param fenced ends the wait
   * @returns whether it was written; if not, this is no member any more, or was fenced
   * @throws KafkaCodeError, PlantsenseError BROKER_UNAVAILABLE
   */
  async commit(
    commit: Pick<OffsetCommitArguments, 'topic' | 'partitions'>,
    fenced: AbortSignal,
  ): Promise<boolean> {
    while (!fenced.aborted) {
      const generationId = this.#generationId;
      // Kafka takes a commit without a generation from anybody while the group is empty.
      if (generationId < 0) return false;
      const code = await this.#coordinator.commits(
        offsetCommitRequest({ ...this.#identity, generationId, ...commit }),
      );
      switch (code) {
        case CODE.UNKNOWN_MEMBER_ID:
        case CODE.FENCED_INSTANCE_ID:
          return false;
        case CODE.REBALANCE_IN_PROGRESS:
        case CODE.ILLEGAL_GENERATION:
          // A moment, until this member or another one has synced.
          if (this.#generationId === generationId) {
            await sleep(BETWEEN_GENERATIONS_MS, undefined, { signal: fenced }).catch(() => {});
          }
          break;
        default:
          check(code, `Committing for group ${this.#options.group}`);
          return true;
      }
    }
    return false;
  }

  /** Forgets the generation, and the member's name too if the coordinator does not know it. */
  reset(isUnknown: boolean): void {
    if (isUnknown) this.#memberId = '';
    this.#generationId = -1;
  }

  /** Tells the coordinator, so that the others need not wait for the session to expire. */
  async leave(): Promise<void> {
    this.#isLeaving = true;
    // A join that is under way would come after the leave, or tells only now who is to leave: the coordinator would
    // wait for a member that never comes.
    await Promise.race([this.#joining, sleep(JOIN_GRACE_MS, undefined, { ref: false })]);
    if (this.#memberId === '') return;
    // Over the connection of the commits: a join may be held back on the other one.
    await this.#coordinator.commits(leaveGroupRequest(this.#identity), LEAVE_TIMEOUT_MS);
  }

  get #identity(): MemberIdentity {
    return {
      groupId: this.#options.group,
      memberId: this.#memberId,
      groupInstanceId: this.#options.memberName ?? null,
    };
  }

  async #join(topics: TopicSnapshot, owned: TopicPartitions): Promise<TopicPartitions> {
    const subscription = encodeSubscription({
      topics: this.#options.topics,
      owned,
      generationId: this.#generationId,
    });
    let joined = await this.#sendJoin(subscription);
    if (joined.errorCode === CODE.MEMBER_ID_REQUIRED) {
      this.#memberId = joined.memberId;
      joined = await this.#sendJoin(subscription);
    }
    check(joined.errorCode, `Joining group ${this.#options.group}`);
    this.#memberId = joined.memberId;
    // The coordinator counts this member to the new generation from here on, whatever becomes of the sync.
    this.#generationId = joined.generationId;
    return this.#sync(joined, topics);
  }

  #sendJoin(subscription: Buffer): Promise<JoinResponse> {
    if (this.#isLeaving) throw new KafkaCodeError(CODE.UNKNOWN_MEMBER_ID, 'Joining while leaving');
    const { sessionTimeoutMs, rebalanceTimeoutMs } = this.#timeouts;
    return this.#coordinator.membership(
      joinGroupRequest({
        ...this.#identity,
        sessionTimeoutMs,
        rebalanceTimeoutMs,
        protocol: STRATEGY,
        subscription,
      }),
      rebalanceTimeoutMs + this.#cluster.settings.retryBudgetMs,
    );
  }

  async #sync(joined: JoinResponse, topics: TopicSnapshot): Promise<TopicPartitions> {
    const assignments = new Map<string, Buffer>();
    if (joined.leaderId === joined.memberId && joined.members.length > 0) {
      const members = joined.members.map(({ memberId, memberMetadata }) => ({
        memberId,
        ...decodeSubscription(memberMetadata),
      }));
      const counts = await this.#partitionCounts(members, topics);
      for (const [memberId, partitions] of assign(members, counts)) {
        assignments.set(memberId, encodeAssignment(partitions));
      }
    }
    const answer = await this.#coordinator.membership(
      syncGroupRequest(this.#identity, joined.generationId, assignments),
      this.#timeouts.rebalanceTimeoutMs,
    );
    check(answer.errorCode, `Syncing group ${this.#options.group}`);
    return decodeAssignment(answer.memberAssignment);
  }

  /** Members may read topics that the leader does not. */
  async #partitionCounts(
    members: readonly { readonly topics: readonly string[] }[],
    topics: TopicSnapshot,
  ): Promise<Map<string, number>> {
    const counts = new Map([...topics].map(([name, { partitions }]) => [name, partitions]));
    const others = new Set(members.flatMap(member => member.topics).filter(topic => !counts.has(topic)));
    if (others.size > 0) {
      const { topics: found } = await this.#cluster.describe([...others]);
      for (const { name, partitions } of found) counts.set(name, partitions.length);
    }
    return counts;
  }
}
