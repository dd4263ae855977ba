import type { OutgoingMessage, Producer } from '../broker/port.js';
import { codec } from '../records/codec.js';
import type { AudioChunk } from '../records/types.js';
import { type Paced, type PaceOptions, sendPaced } from './send-paced.js';
import { endOfStreamAfter } from './sound-chunks.js';

export type SendSoundOptions = PaceOptions<AudioChunk>;

/**
 * Sends chunks of one stream, in order, each when its last sample would have been recorded. A stream that would have been
 * ended and is stopped is ended there.
 *
 * @param endsStream whether a stream that is stopped early is to be ended
 * @throws PlantsenseError as `Producer.send`
 */
export async function sendSound(
  producer: Producer,
  chunks: Iterable<AudioChunk>,
  endsStream: boolean,
  options: SendSoundOptions,
): Promise<void> {
  const { topic, signal } = options;
  const last = await sendPaced(producer, paced(chunks), options);
  if (signal.aborted && endsStream && last && !last.endOfStream)
    await producer.send(topic, [message(endOfStreamAfter(last))]);
}

function* paced(chunks: Iterable<AudioChunk>): Generator<Paced<AudioChunk>> {
  let startUs: number | null = null;
  for (const chunk of chunks) {
    startUs ??= chunk.startTimeUs;
    yield { item: chunk, message: message(chunk), dueUs: endOfStreamAfter(chunk).startTimeUs - startUs };
  }
}

function message(chunk: AudioChunk): OutgoingMessage {
  return { key: chunk.sensor, value: codec('audio-chunk').encode(chunk) };
}
