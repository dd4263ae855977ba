import { setTimeout as sleep } from 'node:timers/promises';
import type { Broker } from '../../src/broker/port.js';
import { openClient } from './client.js';
import { alterTopic } from './topic-settings.js';

const SEGMENT_MS = 100;
const TIMEOUT_MS = 30_000;

/** The keys in the first partition before `end`, one for each record that is there. */
async function keysBefore(broker: Broker, topic: string, end: number): Promise<(string | null)[]> {
  const reader = await broker.reader({ topic, partition: 0 }, 'earliest');
  const keys: (string | null)[] = [];
  while (reader.position < end) {
    const messages = await reader.fetch(4_000_000, AbortSignal.timeout(TIMEOUT_MS));
    keys.push(...messages.filter(m => m.offset < end && m.key !== 'filler').map(m => m.key));
  }
  await reader.close();
  return keys;
}

/**
 * Makes a real broker compact what the topic's partition holds now. The cleaner leaves the active segment alone, so the
 * segment is closed by a message that comes after `segment.ms`.
 */
export async function compact(address: string, topic: string): Promise<void> {
  await alterTopic(address, topic, {
    'segment.ms': String(SEGMENT_MS),
    'min.cleanable.dirty.ratio': '0.001',
  });
  const broker = await openClient(address);
  const producer = await broker.producer();
  const end = (await broker.admin.offsets(topic))[0]!.latest;
  const start = performance.now();
  for (;;) {
    await sleep(2 * SEGMENT_MS);
    await producer.send(topic, [{ key: 'filler', value: new Uint8Array(1) }]);
    const keys = await keysBefore(broker, topic, end);
    if (new Set(keys).size === keys.length) break;
    if (performance.now() - start > TIMEOUT_MS) throw new Error(`${topic} was not compacted`);
  }
  await broker.close();
}
