import { describe, expect, it } from 'vitest';
import { eventually } from './eventually.js';
import type { Kit } from './kit.js';
import { Member } from './member.js';
import { message, numbered, range, send, values } from './messages.js';

export function checkGroups(kit: Kit): void {
  describe('groups', () => {
    it('gives one member every partition of several topics', async () => {
      const broker = await kit.client();
      const topics = [await kit.topic({ partitions: 3 }), await kit.topic({ partitions: 1 })];
      for (const topic of topics)
        await send(
          broker,
          topic,
          range(30).map(i => message(`k${i}`, topic)),
        );
      const member = await Member.join(broker, { group: kit.name('group'), topics });
      await eventually('all messages', () => member.received.length === 60);
      expect(member.names).toEqual(
        [`${topics[0]}-0`, `${topics[0]}-1`, `${topics[0]}-2`, `${topics[1]}-0`].sort(),
      );
      expect(new Set(values(member.received))).toEqual(new Set(topics));
    });

    it('tells a partition with its generation and incarnation', async () => {
      const broker = await kit.client();
      const topic = await kit.topic();
      const member = await Member.join(broker, { group: kit.name('group'), topics: [topic] });
      await eventually('the partition', () => member.partitions.length === 1);
      expect(Number.isSafeInteger(member.get(0).generation)).toBe(true);
      if (kit.harness.capabilities.incarnations === true) {
        expect(member.get(0).incarnation).toBe((await broker.admin.describeTopic(topic))!.incarnation);
      }
    });

    it('gives each group everything', async () => {
      const broker = await kit.client();
      const topic = await kit.topic({ partitions: 2 });
      await send(broker, topic, [...numbered(50, 0), ...numbered(50, 1)]);
      const members = await Promise.all(
        range(3).map(() => Member.join(broker, { group: kit.name('group'), topics: [topic] })),
      );
      await eventually('all to all', () => members.every(m => m.received.length >= 100));
      await members[0]!.close();
      await send(broker, topic, numbered(10, 0, 50));
      await eventually('more to the others', () => members.slice(1).every(m => m.received.length === 110));
      expect(members[0]!.received).toHaveLength(100);
    });

    it('starts at the end when asked to, and at the commit when there is one', async () => {
      const broker = await kit.client();
      const topic = await kit.topic();
      await send(broker, topic, numbered(10));
      const options = { group: kit.name('group'), topics: [topic], startFrom: 'latest' } as const;
      const member = await Member.join(broker, options);
      await eventually('the partition', () => member.partitions.length === 1);
      expect(member.get(0).position).toBe(10);
      await send(broker, topic, numbered(3, 0, 10));
      await eventually('the new ones', () => member.received.length === 3);
      await member.close();

      await send(broker, topic, numbered(3, 0, 13));
      const next = await Member.join(broker, options);
      await eventually('those sent meanwhile', () => next.received.length === 3);
      expect(values([...member.received, ...next.received])).toEqual(range(16, 10).map(String));
    });

    it('goes on where the last member committed, not where it read', async () => {
      const broker = await kit.client();
      const topic = await kit.topic();
      await send(broker, topic, numbered(20));
      const options = { group: kit.name('group'), topics: [topic] };
      const first = await Member.join(broker, options, { commits: false });
      await eventually('all read', () => first.received.length === 20);
      await first.partitions[0]!.commit({ offset: 8, metadata: '' });
      await first.close();
      const second = await Member.join(broker, options);
      await eventually('the rest again', () => second.received.length >= 12);
      expect(values(second.received)).toEqual(range(20, 8).map(String));
    });

    it('lets members beyond the number of partitions wait', async () => {
      const clients = await Promise.all([kit.client(), kit.client(), kit.client()]);
      const topic = await kit.topic({ partitions: 2 });
      const options = { group: kit.name('group'), topics: [topic] };
      const members: Member[] = [];
      for (const client of clients) members.push(await Member.join(client, options));
      const counts = () => members.map(m => m.partitions.length).sort();
      await eventually('one each for two', () => counts().join() === '0,1,1');
      const busy = members.find(m => m.partitions.length === 1)!;
      await busy.close();
      members.splice(members.indexOf(busy), 1);
      await eventually('one each', () => counts().join() === '1,1');
      expect(members.flatMap(m => m.errors)).toEqual([]);
    });

    it('hears of partitions that are added', async () => {
      const broker = await kit.client();
      const topic = await kit.topic({ partitions: 1 });
      const member = await Member.join(broker, { group: kit.name('group'), topics: [topic] });
      await eventually('the first', () => member.partitions.length === 1);
      await broker.admin.alterTopic(topic, { partitions: 3 });
      await send(
        broker,
        topic,
        range(3).map(p => message(null, `p${p}`, { partition: p })),
      );
      await eventually('all three', () => member.received.length === 3);
      expect(values(member.received).sort()).toEqual(['p0', 'p1', 'p2']);
    });
  });
}
