import type { GroupListener } from '../../port.js';
import type { TopicPartitions } from '../protocol/group.js';
import type { KafkaEnvironment } from '../settings.js';
import type { KafkaAssignedPartition } from './assigned-partition.js';
import type { TopicSnapshot } from './membership.js';

/** The partitions that this member owns, and the ways of losing them. The listener hears of each exactly once. */
export class Ownership {
  readonly #listener: GroupListener;
  readonly #drainDeadlineMs: number;
  readonly #log: KafkaEnvironment['log'];
  readonly #owned = new Map<string, KafkaAssignedPartition>();

  constructor(listener: GroupListener, drainDeadlineMs: number, log: KafkaEnvironment['log']) {
    this.#listener = listener;
    this.#drainDeadlineMs = drainDeadlineMs;
    this.#log = log;
  }

  /** As the group protocol tells them. */
  get partitions(): TopicPartitions {
    const partitions = new Map<string, number[]>();
    for (const { topic, partition } of this.#owned.values()) {
      partitions.set(topic, [...(partitions.get(topic) ?? []), partition]);
    }
    return partitions;
  }

  has(topic: string, partition: number): boolean {
    return this.#owned.has(`${topic}-${partition}`);
  }

  /** What is owned but not in `assignment`. */
  missingFrom(assignment: TopicPartitions): KafkaAssignedPartition[] {
    return [...this.#owned.values()].filter(p => !assignment.get(p.topic)?.includes(p.partition));
  }

  all(): KafkaAssignedPartition[] {
    return [...this.#owned.values()];
  }

  add(partitions: readonly KafkaAssignedPartition[]): void {
    if (partitions.length === 0) return;
    for (const partition of partitions) this.#owned.set(partition.name, partition);
    this.#listener.assigned(partitions);
  }

  /** Lets the listener drain and commit until the deadline or until `lost` aborts; then the partitions are fenced. */
  async drain(partitions: readonly KafkaAssignedPartition[], lost?: AbortSignal): Promise<void> {
    if (partitions.length === 0) return;
    for (const partition of partitions) this.#owned.delete(partition.name);
    const deadline = new AbortController();
    const abort = () => deadline.abort();
    const timer = setTimeout(abort, this.#drainDeadlineMs);
    lost?.addEventListener('abort', abort, { once: true });
    if (lost?.aborted) abort();
    try {
      const cut = new Promise<void>(resolve => {
        deadline.signal.addEventListener('abort', () => resolve(), { once: true });
        if (deadline.signal.aborted) resolve();
      });
      await Promise.race([this.#listener.revoked(partitions, deadline.signal), cut]);
    } catch (error) {
      this.#log('error', 'Draining partitions failed', { reason: (error as Error).message });
    } finally {
      clearTimeout(timer);
      lost?.removeEventListener('abort', abort);
      for (const partition of partitions) partition.fence();
    }
  }

  /** They are not ours any more, and there is no time to drain. */
  lose(partitions: readonly KafkaAssignedPartition[] = this.all()): void {
    if (partitions.length === 0) return;
    for (const partition of partitions) {
      partition.fence();
      this.#owned.delete(partition.name);
    }
    this.#log('warn', 'Partitions were lost', { partitions: partitions.map(p => p.name) });
    this.#listener.lost(partitions);
  }

  /** Loses what belongs to a topic that was deleted since, even if there is another one by its name now. */
  loseGone(topics: TopicSnapshot): void {
    this.lose(this.all().filter(p => topics.get(p.topic)?.topicId !== p.incarnation));
  }
}
