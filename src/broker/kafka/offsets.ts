import type { Cluster } from './network/cluster.js';
import { CODE, KafkaCodeError } from './protocol/error-codes.js';
import { EARLIEST, LATEST, listOffsetsRequest } from './protocol/offsets.js';

/** What to look for in a partition: its first offset, its end, or the first at or after a time in milliseconds. */
export type OffsetQuestion = 'earliest' | 'latest' | number;

/**
 * Offsets of partitions of one topic, from each partition's leader. One try.
 * @returns partition to offset; -1 where no message is as young as the time asked for
 * @throws KafkaCodeError, PlantsenseError TOPIC_NOT_FOUND, BROKER_UNAVAILABLE
 */
export async function lookUpOffsets(
  cluster: Cluster,
  topic: string,
  partitions: readonly number[],
  question: OffsetQuestion,
): Promise<ReadonlyMap<number, number>> {
  const timestamp = question === 'earliest' ? EARLIEST : question === 'latest' ? LATEST : question;
  const byLeader = new Map<number, number[]>();
  for (const partition of partitions) {
    const { leader } = await cluster.leader(topic, partition);
    byLeader.set(leader, [...(byLeader.get(leader) ?? []), partition]);
  }
  const offsets = new Map<number, number>();
  await Promise.all(
    [...byLeader].map(async ([leader, led]) => {
      const connection = await cluster.connection(leader, 'requests');
      const { responses } = await connection.request(listOffsetsRequest(topic, led, timestamp));
      for (const { partition, errorCode, offset } of responses.flatMap(r => r.partitions)) {
        if (errorCode !== CODE.NONE) {
          throw new KafkaCodeError(errorCode, `Looking up offsets of ${topic}-${partition}`);
        }
        offsets.set(partition, Number(offset));
      }
    }),
  );
  return offsets;
}

/** `lookUpOffsets`, tried again within the budget with fresh metadata. */
export function findOffsets(
  cluster: Cluster,
  topic: string,
  partitions: readonly number[],
  question: OffsetQuestion,
  signal?: AbortSignal,
): Promise<ReadonlyMap<number, number>> {
  return cluster.retry(`Offsets of ${topic}`, () => lookUpOffsets(cluster, topic, partitions, question), {
    reset: () => cluster.forget(topic),
    ...(signal === undefined ? {} : { signal }),
  });
}
