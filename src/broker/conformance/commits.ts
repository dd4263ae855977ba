import { describe, expect, it } from 'vitest';
import { eventually } from './eventually.js';
import { fails } from './fails.js';
import type { Kit } from './kit.js';
import { Member } from './member.js';
import { numbered, range, send, values } from './messages.js';

export function checkCommits(kit: Kit): void {
  describe('commits', () => {
    const joined = async (partitions = 1) => {
      const broker = await kit.client();
      const topic = await kit.topic({ partitions });
      const group = kit.name('group');
      await send(
        broker,
        topic,
        range(partitions).flatMap(partition => numbered(10, partition)),
      );
      const join = async () => {
        const member = await Member.join(broker, { group, topics: [topic] }, { fetches: false });
        await eventually('all assigned', () => member.partitions.length === partitions);
        return member;
      };
      return { broker, topic, group, join, member: await join() };
    };

    it('gives offset and metadata back, to an admin and to the next member', async () => {
      const { broker, topic, group, join, member } = await joined();
      expect(member.get(0).committed).toBeNull();
      const commit = { offset: 6, metadata: '{"emitted":5,"Größe":"µ"}' };
      await member.get(0).commit({ offset: 3, metadata: 'earlier' });
      await member.get(0).commit(commit);
      expect(await broker.admin.groupCommits(group, topic)).toEqual(new Map([[0, commit]]));
      await member.close();

      const next = await join();
      expect(next.get(0).committed).toEqual(commit);
      expect(next.get(0).position).toBe(6);
      expect(values(await next.get(0).fetch(1, AbortSignal.timeout(10_000)))).toEqual(['6']);
    });

    it('takes 4,096 bytes of metadata and refuses more', async () => {
      const { broker, topic, group, member } = await joined();
      const full = { offset: 1, metadata: 'x'.repeat(4_096) };
      await member.get(0).commit(full);
      await fails('CHECKPOINT_TOO_LARGE', member.get(0).commit({ offset: 2, metadata: 'x'.repeat(4_097) }));
      // 4,096 characters, but more bytes.
      await fails('CHECKPOINT_TOO_LARGE', member.get(0).commit({ offset: 2, metadata: 'ä'.repeat(4_096) }));
      expect(await broker.admin.groupCommits(group, topic)).toEqual(new Map([[0, full]]));
    });

    it('may commit an earlier offset again', async () => {
      const { broker, topic, group, member } = await joined();
      await member.get(0).commit({ offset: 8, metadata: '' });
      await member.get(0).commit({ offset: 2, metadata: 'back' });
      expect((await broker.admin.groupCommits(group, topic)).get(0)).toEqual({ offset: 2, metadata: 'back' });
    });

    it('keeps the commits of partitions apart, many at once', async () => {
      const { broker, topic, group, member } = await joined(4);
      await Promise.all(
        member.partitions.map(p => p.commit({ offset: p.partition + 1, metadata: `p${p.partition}` })),
      );
      expect(await broker.admin.groupCommits(group, topic)).toEqual(
        new Map(range(4).map(p => [p, { offset: p + 1, metadata: `p${p}` }])),
      );
    });

    it('fences the commits of a member that has left', async () => {
      const { broker, topic, group, member } = await joined();
      const partition = member.get(0);
      await partition.commit({ offset: 4, metadata: '' });
      await member.close();
      await fails('COMMIT_FENCED', partition.commit({ offset: 9, metadata: '' }));
      await fails('COMMIT_FENCED', partition.fetch(1, AbortSignal.timeout(10_000)));
      expect((await broker.admin.groupCommits(group, topic)).get(0)?.offset).toBe(4);
    });

    it("sets a group's commits when it has no members", async () => {
      const { broker, topic, group, join, member } = await joined();
      const commits = new Map([[0, { offset: 7, metadata: 'set' }]]);
      await fails('GROUP_NOT_EMPTY', broker.admin.setGroupCommits(group, topic, commits));
      await member.close();
      await broker.admin.setGroupCommits(group, topic, commits);
      expect(await broker.admin.groupCommits(group, topic)).toEqual(commits);
      const next = await join();
      expect(next.get(0).committed).toEqual({ offset: 7, metadata: 'set' });
    });

    it('sets commits of a group that never was', async () => {
      const broker = await kit.client();
      const [topic, group] = [await kit.topic({ partitions: 2 }), kit.name('group')];
      expect(await broker.admin.groupCommits(group, topic)).toEqual(new Map());
      const commits = new Map([[1, { offset: 0, metadata: '' }]]);
      await broker.admin.setGroupCommits(group, topic, commits);
      expect(await broker.admin.groupCommits(group, topic)).toEqual(commits);
    });
  });
}
