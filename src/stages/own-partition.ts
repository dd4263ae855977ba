import type { Admin } from '../broker/port.js';

/**
 * Tells which partition of a topic a lane writes to: the one of its own number, where the topic has it, so that each
 * output partition has one writer and the same input gives the same log. `undefined`, by key, where the topic has fewer
 * partitions than the input.
 */
export function ownPartition(admin: Admin, partition: number): OutputPartition {
  const counts = new Map<string, number>();
  return async topic => {
    // A topic that is not there yet, or a broker that is away, is asked for again with the next sending.
    const count = counts.get(topic) ?? (await admin.describeTopic(topic))?.partitions;
    if (count === undefined) return undefined;
    counts.set(topic, count);
    return partition < count ? partition : undefined;
  };
}

export type OutputPartition = (topic: string) => Promise<number | undefined>;
