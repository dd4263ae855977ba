import type { TopicPartition } from '../port.js';
import type { JoinRequest, MemberEvents, Ownership } from './core.js';
import { fenced } from './fence.js';
import { type Assignment, Group, type GroupContext, type Member } from './group.js';

/** A member and its group. */
export interface Seat {
  readonly member: Member;
  readonly group: Group;
}

/** All groups of a broker. */
export class GroupCoordinator {
  private readonly groups = new Map<string, Group>();
  private readonly context: GroupContext;
  private readonly newId: () => string;

  constructor(context: GroupContext, newId: () => string) {
    this.context = context;
    this.newId = newId;
  }

  /** @throws PlantsenseError TOPIC_NOT_FOUND */
  join(request: JoinRequest, events: MemberEvents): Seat {
    for (const topic of request.topics) this.context.catalog.get(topic);
    const group = this.groups.get(request.group) ?? new Group(request.group, this.context);
    this.groups.set(request.group, group);
    const member: Member = { id: this.newId(), request, events, leaving: false };
    group.add(member);
    return { member, group };
  }

  async leave({ member, group }: Seat): Promise<void> {
    await group.leave(member);
    this.forgetIfEmpty(group);
  }

  evict({ member, group }: Seat): void {
    group.evict(member);
    this.forgetIfEmpty(group);
  }

  hasMembers(group: string): boolean {
    return !(this.groups.get(group)?.isEmpty ?? true);
  }

  /** @throws PlantsenseError COMMIT_FENCED when the assignment has ended */
  assignment({ group, member, generation }: Ownership, at: TopicPartition): Assignment {
    const found = this.groups.get(group)?.find(member, generation, at);
    if (!found) throw fenced(at);
    return found;
  }

  /** To be called when topics or their partitions have changed. */
  topicsChanged(): void {
    for (const group of this.groups.values()) group.settle();
  }

  close(): void {
    for (const group of this.groups.values()) group.close();
    this.groups.clear();
  }

  private forgetIfEmpty(group: Group): void {
    if (group.isEmpty && this.groups.get(group.name) === group) this.groups.delete(group.name);
  }
}
