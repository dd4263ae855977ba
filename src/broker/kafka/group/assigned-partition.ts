import { PlantsenseError } from '../../../errors.js';
import { checkMetadata } from '../../commit-limit.js';
import type { AssignedPartition, Commit, Message } from '../../port.js';
import type { KafkaPartitionReader } from '../partition-reader.js';

export interface Assignment {
  readonly group: string;
  readonly generation: number;
  readonly incarnation: string;
  readonly committed: Commit | null;
}

/** A partition for as long as this member owns it. */
export class KafkaAssignedPartition implements AssignedPartition {
  readonly topic: string;
  readonly partition: number;
  readonly generation: number;
  readonly incarnation: string;
  readonly committed: Commit | null;
  readonly #group: string;
  readonly #reader: KafkaPartitionReader;
  readonly #write: (partition: KafkaAssignedPartition, commit: Commit) => Promise<void>;
  readonly #fence = new AbortController();
  #lastCommit: Promise<void> = Promise.resolve();

  constructor(
    reader: KafkaPartitionReader,
    assignment: Assignment,
    write: (partition: KafkaAssignedPartition, commit: Commit) => Promise<void>,
  ) {
    this.topic = reader.topic;
    this.partition = reader.partition;
    this.generation = assignment.generation;
    this.incarnation = assignment.incarnation;
    this.committed = assignment.committed;
    this.#group = assignment.group;
    this.#reader = reader;
    this.#write = write;
  }

  get name(): string {
    return `${this.topic}-${this.partition}`;
  }

  get position(): number {
    return this.#reader.position;
  }

  get highWatermark(): number {
    return this.#reader.highWatermark;
  }

  get lostOffsets(): number {
    return this.#reader.lostOffsets;
  }

  /** Aborts when the partition is not ours any more. */
  get fenced(): AbortSignal {
    return this.#fence.signal;
  }

  fetch(maxBytes: number, signal: AbortSignal): Promise<readonly Message[]> {
    return this.#reader.fetch(maxBytes, signal);
  }

  seek(offset: number): void {
    this.#reader.seek(offset);
  }

  async commit(commit: Commit): Promise<void> {
    checkMetadata(commit.metadata);
    // One after the other: a commit that is tried again must not overwrite a later one.
    const turn = this.#lastCommit.then(() => {
      if (this.#fence.signal.aborted) throw this.fencedError();
      return this.#write(this, commit);
    });
    this.#lastCommit = turn.catch(() => {});
    return turn;
  }

  /** Not ours any more: ends a fetch that waits, and refuses all that comes later. */
  fence(): void {
    this.#fence.abort();
    this.#reader.end(this.fencedError());
  }

  fencedError(): PlantsenseError {
    return new PlantsenseError(
      'COMMIT_FENCED',
      `This member of group ${this.#group} does not own ${this.name} any more (generation ${this.generation}).`,
    );
  }
}
