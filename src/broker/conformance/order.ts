import { describe, expect, it } from 'vitest';
import type { Kit } from './kit.js';
import { message, numbered, range, readPartition, readTopic, send, text, values } from './messages.js';

export function checkOrder(kit: Kit): void {
  describe('order', () => {
    it('appends the messages of one call in the given order, without gaps', async () => {
      const broker = await kit.client();
      const topic = await kit.topic();
      await send(broker, topic, numbered(1_000));
      const read = await readPartition(broker, { topic, partition: 0 });
      expect(values(read)).toEqual(range(1_000).map(String));
      expect(read.map(m => m.offset)).toEqual(range(1_000));
    });

    it('keeps the order of each key over several partitions and calls', async () => {
      const broker = await kit.client();
      const topic = await kit.topic({ partitions: 4 });
      const producer = await broker.producer();
      for (let round = 0; round < 20; round++) {
        await producer.send(
          topic,
          range(100).map(i => message(`sensor-${i % 10}`, String(round * 100 + i))),
        );
      }
      const seen = new Map<string, number>();
      for (const { key, value } of (await readTopic(broker, topic)).flat()) {
        const n = Number(text(value));
        expect(n).toBe(seen.has(key!) ? seen.get(key!)! + 10 : Number(key!.slice('sensor-'.length)));
        seen.set(key!, n);
      }
      expect([...seen.values()].sort()).toEqual(range(2_000, 1_990).map(String).map(Number));
    });

    it('keeps the order inside each of several calls under way at once', async () => {
      const broker = await kit.client();
      const topic = await kit.topic();
      const producer = await broker.producer();
      await Promise.all(
        range(20).map(call =>
          producer.send(
            topic,
            range(50).map(i => message(null, `${call}:${i}`, { partition: 0 })),
          ),
        ),
      );
      const read = values(await readPartition(broker, { topic, partition: 0 }));
      expect(read).toHaveLength(1_000);
      for (const call of range(20)) {
        expect(read.filter(v => v!.startsWith(`${call}:`))).toEqual(range(50).map(i => `${call}:${i}`));
      }
    });

    it('puts what two producers send one after the other in that order', async () => {
      const [first, second] = [await kit.client(), await kit.client()];
      const topic = await kit.topic();
      for (const i of range(10)) await send(i % 2 ? second : first, topic, numbered(3, 0, i * 3));
      expect(values(await readPartition(first, { topic, partition: 0 }))).toEqual(range(30).map(String));
    });
  });
}
