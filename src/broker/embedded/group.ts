import type { TopicPartition } from '../port.js';
import { assignPartitions } from './assignor.js';
import type { CommitStore } from './commit-store.js';
import type { Grant, JoinRequest, MemberEvents } from './core.js';
import { Fence } from './fence.js';
import type { TopicCatalog } from './topic-catalog.js';

export interface Member {
  readonly id: string;
  readonly request: JoinRequest;
  readonly events: MemberEvents;
  /** Gets nothing more. */
  leaving: boolean;
}

/** A partition as the group sees it. */
interface Slot extends TopicPartition {
  readonly incarnation: string;
  held: Assignment | null;
}

/** A partition in a member's hands. */
export interface Assignment {
  readonly member: Member;
  readonly grant: Grant;
  readonly fence: Fence;
  /** Set while the member drains. */
  draining: Promise<void> | null;
}

export interface GroupContext {
  readonly catalog: TopicCatalog;
  readonly commits: CommitStore;
  readonly warn: (message: string, error: unknown) => void;
}

const RETRY_MS = 1_000;

/**
 * One consumer group. Partitions change hands one by one, not in rounds: what moves is drained by its owner, fenced, and
 * only then given to the next one, while everything else goes on. Whatever happens, `settle` compares what is with what
 * should be and takes the next steps.
 */
export class Group {
  readonly name: string;
  private readonly context: GroupContext;
  private readonly members = new Map<string, Member>();
  private slots = new Map<string, Slot>();
  private settling = false;
  private unsettled = false;
  private closed = false;

  constructor(name: string, context: GroupContext) {
    this.name = name;
    this.context = context;
  }

  get isEmpty(): boolean {
    return this.members.size === 0;
  }

  add(member: Member): void {
    this.members.set(member.id, member);
    this.settle();
  }

  /** Lets a member drain what it has, then removes it. */
  async leave(member: Member): Promise<void> {
    member.leaving = true;
    const held = this.heldBy(member);
    this.revoke(held.filter(slot => slot.held!.draining === null));
    await Promise.all(held.map(slot => slot.held?.draining));
    this.members.delete(member.id);
    this.settle();
  }

  /** Removes a member that can't be asked any more. What it has is fenced at once. */
  evict(member: Member): void {
    if (!this.members.delete(member.id)) return;
    this.lose(this.heldBy(member));
    this.settle();
  }

  /** An assignment that has not ended yet. */
  find(member: string, generation: number, at: TopicPartition): Assignment | null {
    const held = this.slots.get(slotKey(at))?.held;
    return held?.member.id === member && held.grant.generation === generation ? held : null;
  }

  /** Fences everything, for good. */
  close(): void {
    this.closed = true;
    for (const member of [...this.members.values()]) this.evict(member);
  }

  /** Brings assignments in line with members and topics. To be called after any change of them. */
  settle(): void {
    this.unsettled = true;
    if (this.settling) return;
    this.settling = true;
    void this.settleAll()
      .catch(error => {
        if (this.closed) return;
        this.context.warn(`Assigning the partitions of group ${this.name} failed; trying again`, error);
        setTimeout(() => this.settle(), RETRY_MS).unref();
      })
      .finally(() => {
        this.settling = false;
        if (this.unsettled && !this.closed) this.settle();
      });
  }

  private async settleAll(): Promise<void> {
    while (this.unsettled && !this.closed) {
      this.unsettled = false;
      this.updateSlots();
      const slots = [...this.slots.values()];
      const targets = this.targets(slots);
      this.revoke(slots.filter(({ held }, i) => held?.draining === null && held.member !== targets[i]));
      const given = slots.flatMap((slot, i) => {
        const member = targets[i];
        return member && slot.held === null ? [{ slot, member }] : [];
      });
      if (given.length > 0) await this.give(given);
    }
  }

  /** The member that should have each slot. One that drains is no longer its owner's, but has none before it is free. */
  private targets(slots: readonly Slot[]): (Member | undefined)[] {
    const members = [...this.members.values()].filter(member => !member.leaving);
    return assignPartitions(
      members.map(({ id, request }) => ({ id, topics: new Set(request.topics) })),
      slots.map(({ topic, partition, held }) => ({
        topic,
        partition,
        owner: held?.draining === null ? held.member.id : null,
      })),
    ).map(id => (id === null ? undefined : this.members.get(id)));
  }

  /** Makes slots for new partitions. Those of topics that are gone, or were made anew, are lost. */
  private updateSlots(): void {
    const old = this.slots;
    this.slots = new Map();
    for (const topic of new Set([...this.members.values()].flatMap(({ request }) => request.topics))) {
      const found = this.context.catalog.find(topic);
      for (let partition = 0; partition < (found?.logs.length ?? 0); partition++) {
        const key = slotKey({ topic, partition });
        const slot = old.get(key);
        const { incarnation } = found!;
        const held = slot?.incarnation === incarnation ? slot : { topic, partition, incarnation, held: null };
        this.slots.set(key, held);
      }
    }
    this.lose([...old].filter(([key, slot]) => this.slots.get(key) !== slot).map(([, slot]) => slot));
  }

  private async give(given: readonly { slot: Slot; member: Member }[]): Promise<void> {
    const { catalog, commits } = this.context;
    const generation = commits.generation(this.name) + 1;
    // Also waits for commits that the last owner made just before it was fenced.
    await commits.saveGeneration(this.name, generation);
    const grants = new Map<Member, Grant[]>();
    for (const { slot, member } of given) {
      const { topic, partition, incarnation } = slot;
      const found = catalog.find(topic);
      // Things may have changed while the generation was saved; then `settle` was called and comes again.
      if (!this.members.has(member.id) || member.leaving || found?.incarnation !== incarnation) continue;
      const log = found.logs[partition]!;
      const committed = commits.get(this.name, slot, incarnation);
      const from = member.request.startFrom === 'latest' ? log.endOffset : log.startOffset;
      const grant: Grant = {
        topic,
        partition,
        member: member.id,
        generation,
        incarnation,
        committed,
        start: committed?.offset ?? from,
        highWatermark: log.endOffset,
      };
      slot.held = { member, grant, fence: new Fence(), draining: null };
      grants.set(member, [...(grants.get(member) ?? []), grant]);
    }
    for (const [member, granted] of grants) member.events.assigned(granted);
  }

  private revoke(slots: readonly Slot[]): void {
    for (const [member, taken] of byMember(slots)) {
      const draining = Promise.resolve().then(() => this.drain(member, taken));
      for (const slot of taken) slot.held!.draining = draining;
    }
  }

  private async drain(member: Member, slots: readonly Slot[]): Promise<void> {
    const held = slots.flatMap(({ held }) => (held?.member === member ? [held] : []));
    const { drainDeadlineMs } = member.request;
    let timer: NodeJS.Timeout | undefined;
    const deadline = new Promise<void>(resolve => {
      timer = setTimeout(resolve, drainDeadlineMs).unref();
    });
    const grants = held.map(({ grant }) => grant);
    const drained = member.events.revoke(grants, drainDeadlineMs).catch(error => {
      this.context.warn(`A member of group ${this.name} failed to drain`, error);
    });
    await Promise.race([drained, deadline]);
    clearTimeout(timer);
    // What was lost meanwhile may have been given to another member already.
    for (const slot of slots) if (held.includes(slot.held!)) release(slot);
    this.settle();
  }

  private lose(slots: readonly Slot[]): void {
    for (const [member, taken] of byMember(slots)) {
      // Who drains learns it from the fence; the others have to be told.
      const grants = taken.filter(({ held }) => held!.draining === null).map(({ held }) => held!.grant);
      for (const slot of taken) release(slot);
      if (grants.length > 0) member.events.lost(grants);
    }
  }

  private heldBy(member: Member): Slot[] {
    return [...this.slots.values()].filter(slot => slot.held?.member === member);
  }
}

const slotKey = ({ topic, partition }: TopicPartition): string => `${topic}/${partition}`;

function release(slot: Slot): void {
  slot.held?.fence.raise();
  slot.held = null;
}

function byMember(slots: readonly Slot[]): Map<Member, Slot[]> {
  const members = new Map<Member, Slot[]>();
  for (const slot of slots) {
    if (slot.held === null) continue;
    const { member } = slot.held;
    members.set(member, [...(members.get(member) ?? []), slot]);
  }
  return members;
}
