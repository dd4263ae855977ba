import type { Commit, GroupOptions } from '../../port.js';
import type { Cluster } from '../network/cluster.js';
import { lookUpOffsets } from '../offsets.js';
import { check } from '../protocol/error-codes.js';
import type { TopicPartitions } from '../protocol/group.js';
import { offsetFetchRequest } from '../protocol/offsets.js';
import type { GroupCoordinator } from './coordinator.js';

export interface StartingPoint {
  readonly topic: string;
  readonly partition: number;
  readonly topicId: string;
  readonly position: number;
  readonly committed: Commit | null;
}

/**
 * Where a group goes on in each partition: at its commit, or at the start or end of the log without one. One try.
 * @throws KafkaCodeError, PlantsenseError
 */
export async function findStartingPoints(
  cluster: Cluster,
  coordinator: GroupCoordinator,
  { group, startFrom = 'earliest' }: GroupOptions,
  partitions: TopicPartitions,
): Promise<StartingPoint[]> {
  const what = `Reading the commits of group ${group}`;
  const topics = [...partitions].map(([topic, numbers]) => ({ topic, partitions: numbers }));
  const answer = await coordinator.commits(offsetFetchRequest(group, topics));
  check(answer.errorCode, what);
  const points: StartingPoint[] = [];
  for (const { topic, partitions: found } of answer.responses) {
    for (const { errorCode } of found) check(errorCode, what);
    const fresh = found.filter(p => Number(p.offset) < 0).map(p => p.partition);
    const starts: ReadonlyMap<number, number> =
      fresh.length === 0 ? new Map() : await lookUpOffsets(cluster, topic, fresh, startFrom);
    const { topicId } = await cluster.topic(topic);
    for (const { partition, offset, metadata } of found) {
      const committed = Number(offset) < 0 ? null : { offset: Number(offset), metadata: metadata ?? '' };
      const position = committed?.offset ?? starts.get(partition) ?? 0;
      points.push({ topic, partition, topicId, position, committed });
    }
  }
  return points;
}
