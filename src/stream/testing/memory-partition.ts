import type { AssignedPartition, Commit, Headers, Message } from '../../broker/port.js';
import { PlantsenseError } from '../../errors.js';

/** A partition's log and its group's commit in memory, for tests that explore interleavings. */
export class MemoryTopic {
  readonly messages: Message[] = [];
  commit: Commit | null = null;
  generation = 0;
  #end = 0;

  append(key: string, timestampMs: number, value: Uint8Array | null, gap = 0, headers: Headers = {}): void {
    const offset = this.#end + gap;
    this.messages.push({ topic: 't', partition: 0, offset, key, value, headers, timestampMs });
    this.#end = offset + 1;
  }

  get end(): number {
    return this.#end;
  }

  /** Hands the partition to a new owner; the earlier one can't commit any more. */
  assign(step: () => Promise<void>, maxMessages: () => number): AssignedPartition {
    const topic = this;
    const generation = ++this.generation;
    let position = this.commit?.offset ?? 0;
    return {
      topic: 't',
      partition: 0,
      generation,
      incarnation: 'i',
      committed: this.commit,
      lostOffsets: 0,
      get position() {
        return position;
      },
      get highWatermark() {
        return topic.end;
      },
      async fetch(_maxBytes, signal) {
        for (;;) {
          await step();
          if (signal.aborted) return [];
          const found = topic.messages.filter(m => m.offset >= position).slice(0, Math.max(1, maxMessages()));
          if (found.length === 0) continue;
          position = found.at(-1)!.offset + 1;
          return found;
        }
      },
      async commit(commit) {
        await step();
        if (generation !== topic.generation)
          throw new PlantsenseError('COMMIT_FENCED', 'An old generation commits.');
        topic.commit = commit;
        await step();
      },
      seek(offset) {
        position = offset;
      },
    };
  }
}
