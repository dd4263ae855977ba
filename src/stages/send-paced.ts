import type { OutgoingMessage, Producer } from '../broker/port.js';

/** The wall clock, for pacing only. */
export interface PaceClock {
  nowMs(): number;
  /** Resolves after `ms`, or at once when `signal` aborts. */
  wait(ms: number, signal?: AbortSignal): Promise<void>;
}

export interface PaceOptions<T> {
  readonly topic: string;
  /** Times real time; infinite: as fast as the broker takes it. */
  readonly speed: number;
  readonly clock: PaceClock;
  /** Stops after the message under way. */
  readonly signal: AbortSignal;
  /** Told of each that is durable. */
  readonly onSent: (item: T) => void;
}

/** A message and when a recorder would have sent it. */
export interface Paced<T> {
  readonly item: T;
  readonly message: OutgoingMessage;
  /** Since the recorder began. */
  readonly dueUs: number;
}

const BATCH_BYTES = 1_048_576;

/**
 * Sends messages in order, each when a recorder would have. They carry the time of sending, not event time: retention would
 * delete last year's recording at once.
 * @returns the last that was sent; null when there was none
 * @throws PlantsenseError as `Producer.send`
 */
export async function sendPaced<T>(
  producer: Producer,
  messages: Iterable<Paced<T>> | AsyncIterable<Paced<T>>,
  { topic, speed, clock, signal, onSent }: PaceOptions<T>,
): Promise<T | null> {
  let last: T | null = null;
  let batch: Paced<T>[] = [];
  let batchBytes = 0;
  const flush = async () => {
    if (batch.length === 0) return;
    await producer.send(
      topic,
      batch.map(({ message }) => message),
    );
    for (const { item } of batch) onSent(item);
    last = batch.at(-1)!.item;
    batch = [];
    batchBytes = 0;
  };
  const startMs = clock.nowMs();
  for await (const paced of messages) {
    if (speed !== Number.POSITIVE_INFINITY) {
      await flush();
      await clock.wait(startMs + paced.dueUs / 1000 / speed - clock.nowMs(), signal);
    }
    if (signal.aborted) break;
    batch.push(paced);
    batchBytes += paced.message.value?.length ?? 0;
    if (batchBytes >= BATCH_BYTES) await flush();
  }
  await flush();
  return last;
}
