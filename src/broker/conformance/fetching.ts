import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { fails } from './fails.js';
import type { Kit } from './kit.js';
import { never, numbered, range, send, take, values } from './messages.js';

/** Bytes held outside the JavaScript heap, after a collection. */
function heldBytes(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().arrayBuffers;
}

export function checkFetching(kit: Kit): void {
  describe('fetching', () => {
    it('gives at least one message, however large', async () => {
      const broker = await kit.client();
      const topic = await kit.topic();
      await send(
        broker,
        topic,
        range(3).map(() => ({ key: null, value: Buffer.alloc(200_000) })),
      );
      const reader = await broker.reader({ topic, partition: 0 }, 'earliest');
      for (const offset of range(3)) {
        const batch = await reader.fetch(1, AbortSignal.timeout(10_000));
        expect(batch.map(m => m.offset)).toEqual([offset]);
        expect(reader.position).toBe(offset + 1);
      }
    });

    it('gives no more than was asked for', async () => {
      const broker = await kit.client();
      const topic = await kit.topic();
      await send(
        broker,
        topic,
        range(100).map(() => ({ key: null, value: Buffer.alloc(1_000) })),
      );
      const reader = await broker.reader({ topic, partition: 0 }, 'earliest');
      const sizes: number[] = [];
      while (reader.position < 100) {
        sizes.push((await reader.fetch(10_500, AbortSignal.timeout(10_000))).length);
      }
      expect(Math.max(...sizes)).toBeLessThanOrEqual(10);
      expect(sizes.reduce((a, b) => a + b)).toBe(100);
    });

    it('waits on an empty partition until a message comes', async () => {
      const broker = await kit.client();
      const topic = await kit.topic({ partitions: 2 });
      const reader = await broker.reader({ topic, partition: 1 }, 'earliest');
      const fetched = reader.fetch(1_000, AbortSignal.timeout(20_000));
      const first = await Promise.race([fetched, sleep(200)]);
      expect(first).toBeUndefined();
      await send(broker, topic, numbered(1, 0));
      await send(broker, topic, numbered(1, 1));
      expect(values(await fetched)).toEqual(['0']);
    });

    it('ends the wait with an empty array when aborted, and loses nothing by it', async () => {
      const broker = await kit.client();
      const topic = await kit.topic();
      const reader = await broker.reader({ topic, partition: 0 }, 'earliest');
      const abort = new AbortController();
      const fetched = reader.fetch(1_000, abort.signal);
      abort.abort();
      expect(await fetched).toEqual([]);
      expect(await reader.fetch(1_000, AbortSignal.abort())).toEqual([]);
      expect(reader.position).toBe(0);

      // Aborts that race with arriving messages.
      await send(broker, topic, numbered(50));
      const seen: (string | null)[] = [];
      while (seen.length < 50) {
        const cut = new AbortController();
        setTimeout(() => cut.abort(), seen.length % 7);
        seen.push(...values(await reader.fetch(8, cut.signal)));
      }
      expect(seen).toEqual(range(50).map(String));
    });

    it('starts at earliest, latest or an offset, and seeks', async () => {
      const broker = await kit.client();
      const topic = await kit.topic();
      await send(broker, topic, numbered(10));
      const at = { topic, partition: 0 };
      const from = async (start: number | 'earliest' | 'latest') => broker.reader(at, start);

      expect((await from('earliest')).position).toBe(0);
      expect(values(await take(await from(4), 6))).toEqual(['4', '5', '6', '7', '8', '9']);
      const latest = await from('latest');
      expect(latest.position).toBe(10);
      const next = latest.fetch(1_000, AbortSignal.timeout(20_000));
      await send(broker, topic, numbered(1, 0, 10));
      expect(values(await next)).toEqual(['10']);

      latest.seek(7);
      expect(latest.position).toBe(7);
      expect(values(await take(latest, 4))).toEqual(['7', '8', '9', '10']);
      latest.seek(0);
      expect(values(await take(latest, 11))).toEqual(range(11).map(String));
    });

    it('knows the high watermark after a fetch', async () => {
      const broker = await kit.client();
      const topic = await kit.topic();
      await send(broker, topic, numbered(10));
      const reader = await broker.reader({ topic, partition: 0 }, 'earliest');
      await reader.fetch(1, AbortSignal.timeout(10_000));
      expect(reader.highWatermark).toBe(10);
    });

    it('refuses to read beyond the end of the log', async () => {
      const broker = await kit.client();
      const topic = await kit.topic();
      await send(broker, topic, numbered(3));
      const reader = await broker.reader({ topic, partition: 0 }, 'earliest');
      reader.seek(100);
      await fails('OFFSET_OUT_OF_RANGE', reader.fetch(1_000, AbortSignal.timeout(10_000)));
    });

    it('takes in no more while nobody asks', async () => {
      const broker = await kit.client();
      const topic = await kit.topic();
      const value = Buffer.alloc(500_000);
      const producer = await broker.producer();
      for (const _ of range(64)) await producer.send(topic, [{ key: null, value }]);
      const reader = await broker.reader({ topic, partition: 0 }, 'earliest');
      const before = heldBytes();
      const batch = await reader.fetch(1_000_000, never());
      expect(batch.length).toBeLessThanOrEqual(2);
      await sleep(500);
      expect(heldBytes() - before).toBeLessThan(8_000_000);
      expect(reader.position).toBe(batch.length);
    });

    it('reads several partitions at once, each at its own pace', async () => {
      const broker = await kit.client();
      const topic = await kit.topic({ partitions: 4 });
      await Promise.all(range(4).map(partition => send(broker, topic, numbered(100, partition))));
      const readers = await Promise.all(
        range(4).map(partition => broker.reader({ topic, partition }, 'earliest')),
      );
      // Nobody fetches from partition 0: it must not hold up the others.
      const read = await Promise.all(readers.slice(1).map(reader => take(reader, 100, 500)));
      for (const messages of read) expect(values(messages)).toEqual(range(100).map(String));
      expect(readers[0]!.position).toBe(0);
      expect(values(await take(readers[0]!, 100))).toEqual(range(100).map(String));
    });
  });
}
