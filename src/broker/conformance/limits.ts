import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { fails } from './fails.js';
import type { Kit } from './kit.js';
import { message, range, readPartition, readTopic, send } from './messages.js';

/** Bytes that don't compress, so that a limit on the compressed size counts them too. */
function noise(length: number): Buffer {
  const blocks = range(Math.ceil(length / 32)).map(i => createHash('sha256').update(String(i)).digest());
  return Buffer.concat(blocks).subarray(0, length);
}

export function checkLimits(kit: Kit): void {
  describe('size limits', () => {
    it('carries a message near the default limit', async () => {
      const broker = await kit.client();
      const topic = await kit.topic();
      const value = noise(1_000_000);
      await send(broker, topic, [{ key: 'k', value }]);
      const [read] = await readPartition(broker, { topic, partition: 0 });
      expect(value.equals(read!.value!)).toBe(true);
    });

    it('carries messages of 5 MB where the topic allows them', async () => {
      const broker = await kit.client();
      const topic = await kit.topic({ partitions: 1, maxMessageBytes: 6_000_000 });
      const value = noise(5_000_000);
      for (const key of ['a', 'b']) await send(broker, topic, [{ key, value }]);
      const read = await readPartition(broker, { topic, partition: 0 });
      expect(read.map(m => [m.key, value.equals(m.value!)])).toEqual([
        ['a', true],
        ['b', true],
      ]);
    });

    it('carries more in one call than one message may hold', async () => {
      const broker = await kit.client();
      const topic = await kit.topic({ partitions: 1, maxMessageBytes: 100_000 });
      const value = noise(60_000);
      await send(
        broker,
        topic,
        range(20).map(() => ({ key: 'k', value })),
      );
      expect(await readPartition(broker, { topic, partition: 0 })).toHaveLength(20);
    });

    it('refuses a message beyond the limit, and appends nothing of its call', async () => {
      const broker = await kit.client();
      const topic = await kit.topic({ partitions: 3, maxMessageBytes: 10_000 });
      const call = [message('a', 'small'), message('b', 'small'), { key: 'c', value: noise(20_000) }];
      await fails('MESSAGE_TOO_LARGE', send(broker, topic, call));
      expect((await readTopic(broker, topic)).flat()).toEqual([]);
      await send(broker, topic, call.slice(0, 2));
      expect((await readTopic(broker, topic)).flat()).toHaveLength(2);
    });

    it('takes the message after the limit was raised', async () => {
      const broker = await kit.client();
      const topic = await kit.topic({ partitions: 1, maxMessageBytes: 10_000 });
      const call = [{ key: 'c', value: noise(20_000) }];
      await fails('MESSAGE_TOO_LARGE', send(broker, topic, call));
      await broker.admin.alterTopic(topic, { partitions: 1, maxMessageBytes: 30_000 });
      await send(broker, topic, call);
      expect(await readPartition(broker, { topic, partition: 0 })).toHaveLength(1);
    });
  });
}
