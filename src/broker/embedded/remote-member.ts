import { setTimeout as sleep } from 'node:timers/promises';
import { classify, toPlantsenseError } from '../../errors.js';
import type { TopicPartition } from '../port.js';
import type { Grant, JoinRequest, MemberEvents, Membership } from './core.js';
import type { MemberEvent } from './wire.js';

export interface MemberLink {
  /** Names the member to the owner, within this client. */
  readonly number: number;
  call(op: string, args: unknown): Promise<unknown>;
  left(): void;
}

const FIRST_RETRY_MS = 50;
const LONGEST_RETRY_MS = 1_000;

/** A member of a group in another process. When its session ends it loses what it has and joins again. */
export class RemoteMember implements Membership {
  private readonly request: JoinRequest;
  private readonly events: MemberEvents;
  private readonly link: MemberLink;
  /** What is assigned and does not drain. */
  private readonly grants = new Map<string, Grant>();
  private state: 'joining' | 'joined' | 'left' = 'joining';
  /** How many sessions have ended. One may end before the answer to its join is heard. */
  private ended = 0;

  constructor(request: JoinRequest, events: MemberEvents, link: MemberLink) {
    this.request = request;
    this.events = events;
    this.link = link;
  }

  /** Joins for the first time. @throws PlantsenseError TOPIC_NOT_FOUND, BROKER_UNAVAILABLE, BROKER_AUTH_FAILED */
  async join(): Promise<void> {
    try {
      await this.callJoin();
    } catch (error) {
      this.leaveLocally();
      throw error;
    }
  }

  take(event: MemberEvent): void {
    switch (event.event) {
      case 'assigned':
        for (const grant of event.grants) this.grants.set(nameOf(grant), grant);
        this.events.assigned(event.grants);
        return;
      case 'revoke':
        for (const grant of event.grants) this.grants.delete(nameOf(grant));
        void this.events
          .revoke(event.grants, event.deadlineMs)
          .finally(() => this.link.call('drained', event.drain))
          .catch(() => {});
        return;
      case 'lost':
        for (const grant of event.grants) this.grants.delete(nameOf(grant));
        this.events.lost(event.grants);
        return;
      case 'evicted':
        this.sessionEnded();
    }
  }

  /** The owner does not know this member any more. */
  sessionEnded(): void {
    this.ended++;
    this.loseAll();
    if (this.state === 'joined') this.startAgain();
  }

  async leave(): Promise<void> {
    if (this.state === 'left') return;
    this.state = 'left';
    // When the owner is gone, so is the membership.
    await this.link.call('leave', this.link.number).catch(() => {});
    this.leaveLocally();
  }

  abandon(): void {
    this.leaveLocally();
  }

  private startAgain(): void {
    this.state = 'joining';
    void this.rejoin();
  }

  private async rejoin(): Promise<void> {
    for (
      let delayMs = FIRST_RETRY_MS;
      this.state === 'joining';
      delayMs = Math.min(2 * delayMs, LONGEST_RETRY_MS)
    ) {
      try {
        return await this.callJoin();
      } catch (error) {
        if (classify(error) !== 'retryable') {
          this.leaveLocally();
          return this.events.failed(toPlantsenseError(error));
        }
        await sleep(delayMs, undefined, { ref: false });
      }
    }
  }

  private async callJoin(): Promise<void> {
    const { ended } = this;
    await this.link.call('join', { member: this.link.number, request: this.request });
    if (this.state === 'joining') {
      if (this.ended === ended) this.state = 'joined';
      else this.startAgain();
    }
    // Left while joining: the owner may have heard that before it knew the member.
    else await this.link.call('leave', this.link.number);
  }

  private leaveLocally(): void {
    this.state = 'left';
    this.loseAll();
    this.link.left();
  }

  private loseAll(): void {
    const grants = [...this.grants.values()];
    this.grants.clear();
    if (grants.length > 0) this.events.lost(grants);
  }
}

const nameOf = ({ topic, partition }: TopicPartition): string => `${topic}/${partition}`;
