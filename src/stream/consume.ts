import { asyncScheduler, interval, type Observable, type SchedulerLike, type Subscription } from 'rxjs';
import type { AssignedPartition, Broker, GroupConsumer, GroupOptions } from '../broker/port.js';
import { type PlantsenseError, toPlantsenseError } from '../errors.js';
import { Lane, type LaneOptions, LaneStopped } from './lane.js';
import { type Backoff, exponentialBackoff, isFenced, retrying } from './retry.js';

export interface ConsumeOptions {
  readonly broker: Broker;
  readonly group: GroupOptions;
  readonly creditBytes: LaneOptions['creditBytes'];
  readonly commitIntervalMs: number;
  /** Builds the operators of a lane. The stream completes after `lane.deliveries` has, with all effects made. */
  readonly pipeline: (lane: Lane) => Observable<unknown>;
  readonly observer?: ConsumeObserver;
  readonly backoff?: Backoff;
  readonly scheduler?: SchedulerLike;
}

/** Told of what a person may want to know. Every method is optional. */
export interface ConsumeObserver {
  assigned?(lane: Lane): void;
  /** Retention had deleted so many offsets before they were read. */
  offsetsLost?(lane: Lane, offsets: number): void;
  /** The lane has ended; `drained` is false when the deadline came first, the partition was lost, or the stage failed. */
  ended?(lane: Lane, drained: boolean): void;
  /** An effect became durable after its lane had ended: the next owner makes it again. */
  lateAck?(lane: Lane): void;
  /** The deadline of a revoke came before the lane had made all its effects; `ended` follows. */
  deadlineMissed?(lane: Lane): void;
  /** A checkpoint was written. */
  committed?(lane: Lane): void;
  /** Another member owns the partition now: nothing was written, and the lane does no more. */
  commitFenced?(lane: Lane): void;
  commitFailed?(lane: Lane, error: PlantsenseError): void;
}

interface Running {
  readonly lane: Lane;
  readonly subscription: Subscription;
  /** Resolves when the pipeline has completed. */
  readonly completed: Promise<void>;
}

/**
 * Consumes topics as a member of a group: a lane for each assigned partition, a commit of each lane's checkpoint at an
 * interval, and at a revoke: stop the intake, drain to the deadline, commit, fence.
 */
export class Consumption {
  /** Resolves after `stop`; rejects with the error that ended the stage. */
  readonly done: Promise<void>;
  readonly #options: ConsumeOptions;
  readonly #running = new Map<AssignedPartition, Running>();
  #consumer: GroupConsumer | null = null;
  #commits: Subscription | null = null;
  #resolve: () => void = () => {};
  #reject: (error: Error) => void = () => {};
  #failed = false;

  private constructor(options: ConsumeOptions) {
    this.#options = options;
    this.done = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.done.catch(() => {});
  }

  static async start(options: ConsumeOptions): Promise<Consumption> {
    const consumption = new Consumption(options);
    try {
      await consumption.#join();
    } catch (error) {
      consumption.#fail(error);
      throw error;
    }
    return consumption;
  }

  get lanes(): readonly Lane[] {
    return [...this.#running.values()].map(({ lane }) => lane);
  }

  /** Drains, commits and leaves the group. */
  async stop(): Promise<void> {
    try {
      // Commits go on while the lanes drain: what is durable before the deadline need not be done again.
      await this.#consumer?.close();
    } finally {
      this.#commits?.unsubscribe();
      this.#resolve();
    }
  }

  async #join(): Promise<void> {
    const { broker, group, commitIntervalMs, scheduler = asyncScheduler } = this.#options;
    this.#commits = interval(commitIntervalMs, scheduler).subscribe(() => {
      for (const { lane } of this.#running.values()) {
        // A broker that does not answer must not gather commits that wait for it.
        if (!lane.isCommitting && !lane.watermark.isFenced) void this.#commit(lane);
      }
    });
    this.#consumer = await broker.join(group, {
      assigned: partitions => {
        for (const partition of partitions) this.#start(partition);
      },
      revoked: async (partitions, deadline) => {
        const cut = aborted(deadline);
        await Promise.all(partitions.map(partition => this.#drain(partition, deadline, cut)));
      },
      lost: partitions => {
        for (const partition of partitions) this.#end(partition, false);
      },
      failed: error => this.#fail(error),
    });
    if (this.#failed) await this.#consumer.close();
  }

  #start(partition: AssignedPartition): void {
    if (this.#failed) return;
    const { creditBytes, observer, backoff = exponentialBackoff } = this.#options;
    try {
      const onLateAck = (late: Lane) => observer?.lateAck?.(late);
      const onLostOffsets = (reader: Lane, offsets: number) => observer?.offsetsLost?.(reader, offsets);
      const lane = new Lane(partition, { creditBytes, backoff, onLateAck, onLostOffsets });
      observer?.assigned?.(lane);
      this.#run(lane, partition);
    } catch (error) {
      // A commit that is not a checkpoint, operators that can't be built: the stage ends, not the client's callback.
      this.#fail(error);
    }
  }

  #run(lane: Lane, partition: AssignedPartition): void {
    let complete = () => {};
    const completed = new Promise<void>(resolve => {
      complete = resolve;
    });
    const running: Running = {
      lane,
      completed,
      subscription: this.#options.pipeline(lane).subscribe({
        error: error => {
          complete();
          const isOver = lane.watermark.isFenced || isFenced(error) || error instanceof LaneStopped;
          if (!isOver) this.#fail(error);
        },
        complete,
      }),
    };
    this.#running.set(partition, running);
    // A pipeline may have failed at once, before it was there to be ended.
    if (this.#failed) this.#end(partition, false);
  }

  /** @param cut resolves when `deadline` aborts */
  async #drain(partition: AssignedPartition, deadline: AbortSignal, cut: Promise<void>): Promise<void> {
    const running = this.#running.get(partition);
    if (!running) return;
    const { lane, completed } = running;
    lane.stop();
    const drained = await Promise.race([completed.then(() => true), cut.then(() => false)]);
    // Whatever is durable by now is worth a commit, drained or not, and another try until the deadline.
    await Promise.race([this.#commit(lane, deadline), cut]);
    if (!drained) this.#options.observer?.deadlineMissed?.(lane);
    this.#end(partition, drained);
  }

  #end(partition: AssignedPartition, drained: boolean): void {
    const running = this.#running.get(partition);
    if (!running) return;
    this.#running.delete(partition);
    running.lane.fence();
    running.subscription.unsubscribe();
    this.#options.observer?.ended?.(running.lane, drained);
  }

  /** @param until tried again until it aborts; without it, once: the next interval tries again, nothing is lost by waiting */
  async #commit(lane: Lane, until: AbortSignal = AbortSignal.abort()): Promise<void> {
    const { observer, backoff = exponentialBackoff } = this.#options;
    const onRetry = (error: unknown) => observer?.commitFailed?.(lane, toPlantsenseError(error));
    try {
      const result = await retrying(() => lane.commit(), { backoff, signal: until, onRetry });
      if (result === 'committed') observer?.committed?.(lane);
      else if (result === 'fenced') observer?.commitFenced?.(lane);
    } catch (thrown) {
      const error = toPlantsenseError(thrown);
      onRetry(error);
      if (error.class !== 'retryable') this.#fail(error);
    }
  }

  #fail(thrown: unknown): void {
    if (this.#failed) return;
    this.#failed = true;
    this.#commits?.unsubscribe();
    for (const partition of [...this.#running.keys()]) this.#end(partition, false);
    this.#reject(toPlantsenseError(thrown));
    this.#consumer?.close().catch(() => {});
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
