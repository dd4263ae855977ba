import type { Subscription, TopicPartitions } from '../protocol/group.js';

export interface MemberSubscription extends Subscription {
  readonly memberId: string;
}

interface Share {
  readonly member: MemberSubscription;
  total: number;
}

/**
 * Shares partitions among the members of a group: every topic evenly, then all partitions evenly, moving as few as
 * possible. Cooperative (KIP-429): a partition that is to move is given to nobody as long as its owner has it. The
 * owner sees that it is missing, drains it and joins again, and then it is free. So nothing else stops for a rebalance.
 *
 * Pure and the same on every member, whichever leads.
 *
 * @param partitionCounts partitions of each topic that exists
 * @returns an entry for every member
 */
export function assign(
  members: readonly MemberSubscription[],
  partitionCounts: ReadonlyMap<string, number>,
): ReadonlyMap<string, TopicPartitions> {
  const shares = [...members]
    .sort((a, b) => (a.memberId < b.memberId ? -1 : 1))
    .map(member => ({ member, total: 0 }));
  const assignment = new Map<string, Map<string, number[]>>(shares.map(s => [s.member.memberId, new Map()]));
  for (const topic of [...partitionCounts.keys()].sort()) {
    const readers = shares.filter(share => share.member.topics.includes(topic));
    if (readers.length === 0) continue;
    const owners = currentOwners(readers, topic, partitionCounts.get(topic)!);
    for (const [share, partitions] of shareTopic(readers, owners)) {
      share.total += partitions.length;
      const free = partitions.filter(p => owners[p] === null || owners[p] === share);
      if (free.length > 0) assignment.get(share.member.memberId)!.set(topic, free);
    }
  }
  return assignment;
}

/** Who says that it owns each partition; of several the one of the newest generation, as the others have lost it. */
function currentOwners(readers: readonly Share[], topic: string, count: number): (Share | null)[] {
  const owners = new Array<Share | null>(count).fill(null);
  for (const share of readers) {
    for (const partition of share.member.owned.get(topic) ?? []) {
      if (partition >= count) continue;
      const other = owners[partition];
      if (!other || other.member.generationId < share.member.generationId) owners[partition] = share;
    }
  }
  return owners;
}

/** The partitions that each reader should have in the end. */
function shareTopic(readers: readonly Share[], owners: readonly (Share | null)[]): Map<Share, number[]> {
  const shared = new Map<Share, number[]>(readers.map(share => [share, []]));
  const free: number[] = [];
  owners.forEach((owner, partition) => {
    if (owner === null) free.push(partition);
    else shared.get(owner)!.push(partition);
  });
  // The owners of most keep one more, then those who have least of other topics.
  const floor = Math.floor(owners.length / readers.length);
  const extras = owners.length - floor * readers.length;
  const ranked = [...readers].sort(
    (a, b) => shared.get(b)!.length - shared.get(a)!.length || a.total - b.total,
  );
  const byLoad = [...readers].sort((a, b) => a.total - b.total);
  const balanced = byLoad.at(-1)!.total - byLoad[0]!.total <= 1;
  const favoured = new Set((balanced ? ranked : byLoad).slice(0, extras));
  const quota = (share: Share) => floor + (favoured.has(share) ? 1 : 0);

  for (const [share, partitions] of shared) free.push(...partitions.splice(quota(share)));
  free.sort((a, b) => a - b);
  for (const share of byLoad) {
    const mine = shared.get(share)!;
    mine.push(...free.splice(0, quota(share) - mine.length));
    mine.sort((a, b) => a - b);
  }
  return shared;
}
