// A topic full of pictures, and what came of them.

import { codec } from '../../dist/records/codec.js';
import { originId } from '../../dist/records/ids.js';
import { tensorFloats } from '../../dist/records/tensor-bytes.js';
import { readToEnd } from '../../dist/stages/follow-topic.js';
import { START_US } from './pictures.mjs';

const CAMERAS = 16;
const BATCH = 160;
const EVERY_US = 400_000;

/**
 * Fills the topic before anybody reads it.
 *
 * @param pictures which are repeated
 * @returns {Promise<Map<string, number>>} which picture has which id
 */
export async function fillBacklog(broker, pictures, count) {
  const producer = await broker.producer();
  const pictureOf = new Map();
  for (let from = 0; from < count; from += BATCH) {
    const messages = Array.from({ length: Math.min(BATCH, count - from) }, (_, i) => {
      const at = from + i;
      const sensor = `cam-${String(at % CAMERAS).padStart(2, '0')}`;
      const frameIndex = Math.floor(at / CAMERAS);
      const frameId = originId('frame', sensor, 'benchmark', frameIndex);
      pictureOf.set(frameId, at % pictures.length);
      const timeUs = START_US + frameIndex * EVERY_US;
      const frame = {
        ...pictures[at % pictures.length],
        sensor,
        streamId: 'benchmark',
        frameIndex,
        frameId,
        timeUs,
      };
      return { key: sensor, value: codec('image-frame').encode(frame) };
    });
    await producer.send('image.raw', messages);
  }
  await producer.close();
  return pictureOf;
}

/** All features that lie in the topic: id of the picture and vector. */
export async function* featuresIn(broker) {
  for await (const messages of readToEnd(broker, 'features.image', new AbortController().signal))
    for (const { value } of messages) {
      const { frameId, tensor } = codec('image-features').decode(value);
      yield { frameId, features: tensorFloats(tensor) };
    }
}
