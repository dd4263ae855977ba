import type { TopicPartition } from '../port.js';

export interface Subscriber {
  readonly id: string;
  readonly topics: ReadonlySet<string>;
}

export interface Assignable extends TopicPartition {
  /** The member that has it now. */
  readonly owner: string | null;
}

/**
 * Spreads partitions over the members that subscribe to their topics, as evenly as subscriptions allow: no member has
 * two more than another that could take one of them. A partition stays with its owner unless that evenness needs it.
 *
 * @returns for each partition, in the given order, the id of its member; `null` when nobody subscribes to its topic
 */
export function assignPartitions(
  members: readonly Subscriber[],
  partitions: readonly Assignable[],
): (string | null)[] {
  const load = new Map(members.map(member => [member.id, 0]));
  const topics = new Map(members.map(member => [member.id, member.topics]));
  const take = (id: string, count: number) => load.set(id, load.get(id)! + count);
  const leastLoaded = (topic: string): string | null => {
    let least: string | null = null;
    for (const { id, topics } of members) {
      if (topics.has(topic) && (least === null || load.get(id)! < load.get(least)!)) least = id;
    }
    return least;
  };

  const targets = partitions.map(({ topic, owner }) => {
    if (owner === null || !topics.get(owner)?.has(topic)) return null;
    take(owner, 1);
    return owner;
  });
  for (const [i, { topic }] of partitions.entries()) {
    if (targets[i] !== null) continue;
    const target = leastLoaded(topic);
    targets[i] = target;
    if (target !== null) take(target, 1);
  }
  // Each move makes the sum of the squared loads smaller, so this ends.
  for (let moved = true; moved; ) {
    moved = false;
    for (const [i, { topic }] of partitions.entries()) {
      const from = targets[i]!;
      const to = leastLoaded(topic);
      if (to === null || from === null || load.get(from)! - load.get(to)! < 2) continue;
      take(from, -1);
      take(to, 1);
      targets[i] = to;
      moved = true;
    }
  }
  return targets;
}
