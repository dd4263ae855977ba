import { describe, expect, it } from 'vitest';
import { eventually } from './eventually.js';
import type { Kit } from './kit.js';
import { Member } from './member.js';
import { numbered, range, send } from './messages.js';

export function checkClosing(kit: Kit): void {
  describe('closing', () => {
    it('may close everything twice, in any order', async () => {
      const broker = await kit.client();
      const topic = await kit.topic();
      const producer = await broker.producer();
      await producer.send(topic, numbered(1));
      const reader = await broker.reader({ topic, partition: 0 }, 'earliest');
      const member = await Member.join(broker, { group: kit.name('group'), topics: [topic] });
      await eventually('assigned', () => member.partitions.length === 1);
      for (const closing of [producer, reader, member.consumer!]) {
        await Promise.all([closing.close(), closing.close()]);
        await closing.close();
      }
      await Promise.all([broker.close(), broker.close()]);
      for (const closing of [producer, reader, member.consumer!, broker]) await closing.close();
    });

    it('revokes before it leaves, and still takes commits then', async () => {
      const broker = await kit.client();
      const topic = await kit.topic({ partitions: 2 });
      await send(
        broker,
        topic,
        range(2).flatMap(p => numbered(5, p)),
      );
      const group = kit.name('group');
      const member = await Member.join(
        broker,
        { group, topics: [topic] },
        {
          fetches: false,
          revoked: async partitions => {
            await Promise.all(partitions.map(p => p.commit({ offset: 3, metadata: 'bye' })));
          },
        },
      );
      await eventually('assigned', () => member.partitions.length === 2);
      await member.close();
      expect(member.partitions).toEqual([]);
      const commit = { offset: 3, metadata: 'bye' };
      expect(await broker.admin.groupCommits(group, topic)).toEqual(new Map(range(2).map(p => [p, commit])));
    });

    it('closes producers, readers and members with their client', async () => {
      const [broker, other] = [await kit.client(), await kit.client()];
      const topic = await kit.topic();
      const group = kit.name('group');
      const member = await Member.join(broker, { group, topics: [topic] });
      await eventually('assigned', () => member.partitions.length === 1);
      const reader = await broker.reader({ topic, partition: 0 }, 'earliest');
      const waiting = reader.fetch(1_000, new AbortController().signal).catch(() => []);
      await broker.close();
      expect(await waiting).toEqual([]);
      expect(member.partitions).toEqual([]);
      // The group is free at once: nobody waits for a session to expire.
      await other.admin.setGroupCommits(group, topic, new Map([[0, { offset: 0, metadata: '' }]]));
    });
  });
}
