import { PlantsenseError } from '../../errors.js';
import type { TopicPartition } from '../port.js';

/** Goes up once, when an assignment ends. */
export class Fence {
  isUp = false;
  private readonly watchers = new Set<() => void>();

  raise(): void {
    this.isUp = true;
    for (const watcher of this.watchers) watcher();
    this.watchers.clear();
  }

  /** Calls `watcher` when the fence goes up. Returns what ends that. */
  watch(watcher: () => void): () => void {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  }
}

export function fenced({ topic, partition }: TopicPartition): PlantsenseError {
  return new PlantsenseError('COMMIT_FENCED', `${topic}-${partition} is no longer assigned to this member.`);
}
