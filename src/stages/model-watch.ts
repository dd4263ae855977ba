import type { Broker, Message } from '../broker/port.js';
import { PlantsenseError, toPlantsenseError } from '../errors.js';
import { ModelTimeline } from '../lifecycle/model-timeline.js';
import { codec } from '../records/codec.js';
import type { ModelAnnouncement } from '../records/types.js';
import { LaneStopped } from '../stream/lane.js';
import { type Backoff, retrying } from '../stream/retry.js';

const FETCH_BYTES = 1_048_576;

/** The next announcement, or the end of a lane. */
interface Change {
  readonly happened: Promise<void>;
  readonly wake: () => void;
}

/**
 * Follows the topic that announces models. Which version is active at an event time is known once the topic was read to
 * its end; after that announcements take effect as they come, at their `activeFrom`.
 */
export class ModelWatch {
  readonly #method: string;
  readonly #stop = new AbortController();
  readonly #announcements: ModelAnnouncement[] = [];
  readonly #failed: (error: Error) => void;
  /** Of each partition, the offset after what was read. */
  readonly #positions = new Map<number, number>();
  #ends: () => ReturnType<Broker['admin']['offsets']> = async () => [];
  /** Of what was read so far; null until it is asked for. */
  #timeline: ModelTimeline | null = null;
  #caughtUp = false;
  /** What work waits for, by the signal that ends its wait: one listener each, however much work there is. */
  readonly #changes = new Map<AbortSignal, Change>();
  #waiting = 0;

  /** @param failed told of what ends the watch before `stop` */
  constructor(method: string, failed: (error: Error) => void) {
    this.#method = method;
    this.#failed = failed;
  }

  /** Starts to read. */
  async start(broker: Broker, topic: string, backoff: Backoff): Promise<void> {
    this.#ends = () => broker.admin.offsets(topic);
    const offsets = await this.#ends();
    const behind = new Set(offsets.filter(({ earliest, latest }) => latest > earliest).map(o => o.partition));
    if (behind.size === 0) this.#caughtUp = true;
    for (const { partition, latest } of offsets) {
      const follow = async () => {
        const { signal } = this.#stop;
        const open = () => broker.reader({ topic, partition }, 'earliest');
        const reader = await retrying(open, { backoff, signal });
        try {
          while (!signal.aborted) {
            const messages = await retrying(() => reader.fetch(FETCH_BYTES, signal), { backoff, signal });
            for (const message of messages) this.#read(message);
            this.#positions.set(partition, reader.position);
            if (reader.position >= latest && behind.delete(partition) && behind.size === 0)
              this.#caughtUp = true;
            if (messages.length > 0) this.#wakeAll();
          }
        } finally {
          await reader.close();
        }
      };
      follow().catch(error => {
        if (!this.#stop.signal.aborted) this.#failed(toPlantsenseError(error));
      });
    }
  }

  get announcements(): readonly ModelAnnouncement[] {
    return this.#announcements;
  }

  /** True when some work waits for a first model. */
  get isAwaited(): boolean {
    return this.#waiting > 0 && this.#caughtUp;
  }

  /** True once the topic was read to the end that it had at the start. */
  get isCaughtUp(): boolean {
    return this.#caughtUp;
  }

  /** Whether the topic holds something now that was not read yet. */
  async isBehind(): Promise<boolean> {
    const ends = await this.#ends();
    return ends.some(
      ({ partition, earliest, latest }) => (this.#positions.get(partition) ?? earliest) < latest,
    );
  }

  /**
   * The announcement of the version that is active at an event time.
   * @param wait when none is: wait for one (true), or give null
   * @throws LaneStopped when `signal` aborts
   */
  async activeAt(timeUs: number, wait: boolean, signal: AbortSignal): Promise<ModelAnnouncement | null> {
    for (;;) {
      if (signal.aborted) throw new LaneStopped();
      if (this.#caughtUp) {
        this.#timeline ??= new ModelTimeline(this.#announcements, this.#method);
        const active = this.#timeline.activeAt(timeUs);
        if (active || !wait) return active;
      }
      await this.#change(signal);
    }
  }

  /**
   * Waits until the topic was read to the end that it had at the start, and its announcements are enough.
   * @throws LaneStopped when `signal` aborts
   */
  async until(isEnough: () => boolean, signal: AbortSignal): Promise<void> {
    for (;;) {
      if (signal.aborted) throw new LaneStopped();
      if (this.#caughtUp && isEnough()) return;
      await this.#change(signal);
    }
  }

  stop(): void {
    this.#stop.abort();
    this.#wakeAll();
  }

  #read(message: Message): void {
    if (message.value === null) return;
    try {
      this.#announcements.push(codec('model-announcement').decode(message.value));
      this.#timeline = null;
    } catch (error) {
      // A broken announcement announces nothing; the store's stage makes a dead letter of it.
      if (!(error instanceof PlantsenseError) || error.class !== 'terminal') throw error;
    }
  }

  async #change(signal: AbortSignal): Promise<void> {
    this.#waiting += 1;
    await (this.#changes.get(signal) ?? this.#nextChange(signal)).happened;
    this.#waiting -= 1;
  }

  #nextChange(signal: AbortSignal): Change {
    let wake = () => {};
    const happened = new Promise<void>(resolve => {
      wake = () => {
        signal.removeEventListener('abort', wake);
        this.#changes.delete(signal);
        resolve();
      };
    });
    signal.addEventListener('abort', wake, { once: true });
    const change = { happened, wake };
    this.#changes.set(signal, change);
    return change;
  }

  #wakeAll(): void {
    for (const { wake } of [...this.#changes.values()]) wake();
  }
}
