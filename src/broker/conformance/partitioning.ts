import { describe, expect, it } from 'vitest';
import { fails } from './fails.js';
import type { Kit } from './kit.js';
import { message, range, readTopic, send, values } from './messages.js';

export function checkPartitioning(kit: Kit): void {
  describe('partitioning', () => {
    it('puts a key where Java clients put it', async () => {
      const broker = await kit.client();
      const topic = await kit.topic({ partitions: 7 });
      // murmur2 of Kafka's own tests, without the sign bit, modulo 7.
      const expected = new Map([
        ['21', (-973932308 & 0x7fffffff) % 7],
        ['foobar', (-790332482 & 0x7fffffff) % 7],
        ['a-little-bit-long-string', (-985981536 & 0x7fffffff) % 7],
        ['a-little-bit-longer-string', (-1486304829 & 0x7fffffff) % 7],
        ['abc', 479470107 % 7],
      ]);
      await send(
        broker,
        topic,
        [...expected.keys()].map(key => message(key, key)),
      );
      const found = new Map((await readTopic(broker, topic)).flat().map(m => [m.key, m.partition]));
      expect(found).toEqual(expected);
    });

    it('spreads messages without a key evenly', async () => {
      const broker = await kit.client();
      const topic = await kit.topic({ partitions: 4 });
      await send(
        broker,
        topic,
        range(400).map(i => message(null, String(i))),
      );
      for (const messages of await readTopic(broker, topic)) {
        expect(messages.length).toBeGreaterThan(50);
        expect(messages.length).toBeLessThan(150);
      }
    });

    it('lets a message choose its partition against its key', async () => {
      const broker = await kit.client();
      const topic = await kit.topic({ partitions: 3 });
      await send(
        broker,
        topic,
        range(3).map(partition => message('same', String(partition), { partition })),
      );
      expect((await readTopic(broker, topic)).map(values)).toEqual([['0'], ['1'], ['2']]);
    });

    it('refuses a partition that the topic does not have', async () => {
      const broker = await kit.client();
      const topic = await kit.topic({ partitions: 2 });
      await fails('PARAMETER_INVALID', send(broker, topic, [message(null, 'x', { partition: 2 })]));
    });
  });
}
