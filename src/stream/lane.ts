import { setMaxListeners } from 'node:events';
import { Observable } from 'rxjs';
import type { AssignedPartition, Message } from '../broker/port.js';
import { type Checkpoint, decodeCheckpoint, emptyCheckpoint, encodeCheckpoint } from './checkpoint.js';
import { Credit } from './credit.js';
import type { Delivery } from './delivery.js';
import { type Backoff, isFenced, retrying } from './retry.js';
import { Watermark } from './watermark.js';

export interface LaneOptions {
  /** Bytes that may be unprocessed at once. */
  readonly creditBytes: number;
  /** Bytes asked for in one fetch. Default a quarter of the credit. */
  readonly fetchBytes?: number;
  readonly backoff: Backoff;
  /** Told of each ack that came after the lane had ended. */
  readonly onLateAck?: (lane: Lane) => void;
  /** Told how many offsets retention had deleted before they were read; a fetch finds out. */
  readonly onLostOffsets?: (lane: Lane, offsets: number) => void;
}

/** At the end of its log a lane fetches no oftener than this: a request costs as much as some thirty messages. */
const PAUSE_MS = 50;

/** What a message weighs: its payload, and a little for what JavaScript keeps around it. */
export function messageBytes(message: Message): number {
  return (message.value?.byteLength ?? 0) + 256;
}

/** What a commit did. `fenced`: another member owns the partition now, and nothing was written. */
export type CommitResult = 'committed' | 'unchanged' | 'fenced';

/** Thrown by work that a stopped lane no longer waits for. What it worked on stays unacked, for the next owner. */
export class LaneStopped extends Error {
  override readonly name = 'LaneStopped';
}

/**
 * One partition in one generation, from its source to its commits. The source is pulled by credit; effects are
 * acknowledged to the watermark; `commit` writes the checkpoint at the watermark and never more.
 */
export class Lane {
  readonly topic: string;
  readonly partition: number;
  readonly generation: number;
  readonly incarnation: string;
  /** Where this lane goes on. */
  readonly start: Checkpoint;
  readonly watermark: Watermark;
  readonly credit: Credit;
  /** The messages of the partition, for one subscriber. Completes when the lane is stopped. */
  readonly deliveries: Observable<Delivery<Message>>;

  readonly #partition: AssignedPartition;
  readonly #options: LaneOptions;
  readonly #stop = new AbortController();
  readonly #over = new AbortController();
  #fail: (error: Error) => void = () => {};
  #received: number;
  #lostOffsets = 0;
  #committed: { position: number; plannedLast: number | null };
  #committing: Promise<void> = Promise.resolve();
  #commitsUnderWay = 0;

  constructor(partition: AssignedPartition, options: LaneOptions) {
    this.#partition = partition;
    this.#options = options;
    // Each delivery in flight may listen to these: more than the ten at which Node.js suspects a leak.
    setMaxListeners(0, this.#stop.signal, this.#over.signal);
    this.topic = partition.topic;
    this.partition = partition.partition;
    this.generation = partition.generation;
    this.incarnation = partition.incarnation;
    const { committed } = partition;
    this.start = committed
      ? decodeCheckpoint(committed.offset, committed.metadata)
      : emptyCheckpoint(partition.position);
    this.#received = partition.position;
    this.#committed = { position: this.start.position, plannedLast: this.start.plannedLast };
    this.credit = new Credit(options.creditBytes);
    this.watermark = new Watermark(this.start, {
      released: bytes => this.credit.give(bytes),
      failed: error => this.#fail(error),
      late: () => options.onLateAck?.(this),
    });
    this.deliveries = new Observable(subscriber => {
      this.#fail = error => subscriber.error(error);
      this.#pull(message => subscriber.next(this.#deliver(message))).then(
        () => subscriber.complete(),
        error => subscriber.error(error),
      );
      return () => this.stop();
    });
  }

  /** The offset after the last message that was received. */
  get received(): number {
    return this.#received;
  }

  /**
   * The offset before which nothing is left to do. It lies beyond the watermark where the log holds no more messages:
   * compaction removed them, or a transaction ended with its mark.
   */
  get processed(): number {
    const { position, pending } = this.watermark;
    return pending === 0 && !this.#stop.signal.aborted
      ? Math.max(position, this.#partition.position)
      : position;
  }

  /** Messages in the log that are not processed yet, as far as is known. */
  get lag(): number {
    return Math.max(0, this.#partition.highWatermark - this.processed);
  }

  /** Aborts when the intake ends: work that waits for something else than this lane gives up with `LaneStopped`. */
  get stopped(): AbortSignal {
    return this.#stop.signal;
  }

  /**
   * Aborts when the lane has ended: nothing that it does counts any more. Whatever is tried again for it, however long
   * that takes, is given up then; a dead broker or store must not outlive its lane.
   */
  get over(): AbortSignal {
    return this.#over.signal;
  }

  /** True while a commit waits for the broker. */
  get isCommitting(): boolean {
    return this.#commitsUnderWay > 0;
  }

  /** Ends the intake. What was received goes on through the operators. */
  stop(): void {
    this.#stop.abort();
  }

  /** No commit and no ack counts from here on. */
  fence(): void {
    this.watermark.fence();
    this.stop();
    this.#over.abort();
  }

  /**
   * Commits the checkpoint at the watermark, unless it is committed already. Calls are serialised.
   * @param plannedLast the last offset of the block that is about to be inserted, for sinks that plan blocks
   */
  commit(plannedLast: number | null = null): Promise<CommitResult> {
    const commit = this.#committing.then(() => this.#commitNow(plannedLast));
    this.#commitsUnderWay += 1;
    const end = () => {
      this.#commitsUnderWay -= 1;
    };
    this.#committing = commit.then(end, end);
    return commit;
  }

  async #commitNow(plannedLast: number | null): Promise<CommitResult> {
    if (this.watermark.isFenced) return 'fenced';
    const checkpoint = this.watermark.checkpoint(plannedLast);
    const { position } = checkpoint;
    // The position alone tells whether anything changed; a plan that stands is kept until its block is durable.
    if (
      position === this.#committed.position &&
      (plannedLast === null || plannedLast === this.#committed.plannedLast)
    ) {
      return 'unchanged';
    }
    try {
      await this.#partition.commit({
        offset: this.watermark.holdBack,
        metadata: encodeCheckpoint(checkpoint),
      });
      this.#committed = { position, plannedLast };
      return 'committed';
    } catch (error) {
      if (!isFenced(error)) throw error;
      this.fence();
      return 'fenced';
    }
  }

  async #pull(emit: (message: Message) => void): Promise<void> {
    const { signal } = this.#stop;
    const { creditBytes, fetchBytes = creditBytes / 4, backoff } = this.#options;
    while (!signal.aborted) {
      await this.credit.available(signal);
      const wanted = Math.max(1, Math.min(fetchBytes, this.credit.availableBytes));
      const messages = await retrying(() => this.#partition.fetch(wanted, signal), { backoff, signal }).catch(
        (error: unknown) => {
          // A lost partition ends quietly: its new owner goes on from the last commit.
          if (signal.aborted || isFenced(error)) return null;
          throw error;
        },
      );
      if (messages === null) return;
      this.#noteLostOffsets();
      let bytes = 0;
      for (const message of messages) {
        if (signal.aborted) return;
        bytes += messageBytes(message);
        emit(message);
      }
      if (bytes < wanted / 16) await backoff.wait(PAUSE_MS, signal);
    }
  }

  #noteLostOffsets(): void {
    const { lostOffsets } = this.#partition;
    if (lostOffsets === this.#lostOffsets) return;
    this.#options.onLostOffsets?.(this, lostOffsets - this.#lostOffsets);
    this.#lostOffsets = lostOffsets;
  }

  #deliver(message: Message): Delivery<Message> {
    const bytes = messageBytes(message);
    this.credit.take(bytes);
    this.#received = message.offset + 1;
    const { ack, change } = this.watermark.track(message.offset, bytes);
    return {
      value: message,
      key: message.key,
      eventTimeUs: message.timestampMs * 1000,
      offset: message.offset,
      bytes,
      replayed: message.offset < this.start.position,
      ack,
      change,
    };
  }
}
