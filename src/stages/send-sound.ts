import type { OutgoingMessage, Producer } from '../broker/port.js';
import { codec } from '../records/codec.js';
import type { AudioChunk } from '../records/types.js';
import { endOfStreamAfter } from './sound-chunks.js';

/** The wall clock, for pacing only. */
export interface PaceClock {
  nowMs(): number;
  /** Resolves after `ms`, or at once when `signal` aborts. */
  wait(ms: number, signal?: AbortSignal): Promise<void>;
}

export interface SendSoundOptions {
  readonly topic: string;
  /** Times real time; infinite: as fast as the broker takes it. */
  readonly speed: number;
  readonly clock: PaceClock;
  /** Stops after the chunk under way. A stream that would have been ended is ended there. */
  readonly signal: AbortSignal;
  /** Told of each chunk that is durable. */
  readonly onSent: (chunk: AudioChunk) => void;
}

const BATCH_BYTES = 1_048_576;

/**
 * Sends chunks of one stream, in order, each when its last sample would have been recorded. Messages carry the time of
 * sending, not event time: retention would delete last year's recording at once.
 *
 * @param endsStream whether a stream that is stopped early is to be ended
 * @throws PlantsenseError as `Producer.send`
 */
export async function sendSound(
  producer: Producer,
  chunks: Iterable<AudioChunk>,
  endsStream: boolean,
  { topic, speed, clock, signal, onSent }: SendSoundOptions,
): Promise<void> {
  let last: AudioChunk | null = null;
  let batch: AudioChunk[] = [];
  let batchBytes = 0;
  const flush = async () => {
    if (batch.length === 0) return;
    await producer.send(topic, batch.map(message));
    for (const chunk of batch) onSent(chunk);
    last = batch.at(-1) ?? last;
    batch = [];
    batchBytes = 0;
  };
  const startMs = clock.nowMs();
  let origin: AudioChunk | undefined;
  for (const chunk of chunks) {
    origin ??= chunk;
    if (speed !== Number.POSITIVE_INFINITY) {
      await flush();
      const recordedMs = (endTimeUs(chunk) - origin.startTimeUs) / 1000 / speed;
      await clock.wait(startMs + recordedMs - clock.nowMs(), signal);
    }
    if (signal.aborted) break;
    batch.push(chunk);
    batchBytes += chunk.samples.length;
    if (batchBytes >= BATCH_BYTES) await flush();
  }
  await flush();
  // The compiler doesn't see that `flush` assigns it.
  const end = last as AudioChunk | null;
  if (signal.aborted && endsStream && end && !end.endOfStream)
    await producer.send(topic, [message(endOfStreamAfter(end))]);
}

function message(chunk: AudioChunk): OutgoingMessage {
  return { key: chunk.sensor, value: codec('audio-chunk').encode(chunk) };
}

function endTimeUs(chunk: AudioChunk): number {
  return endOfStreamAfter(chunk).startTimeUs;
}
