import { describe, expect, it } from 'vitest';
import { eventually } from './eventually.js';
import type { Kit } from './kit.js';
import { Member } from './member.js';
import { numbered, send } from './messages.js';

export function checkLag(kit: Kit): void {
  describe('lag', () => {
    it('is the end of the log less what the group committed', async () => {
      const broker = await kit.client();
      const topic = await kit.topic({ partitions: 2 });
      const group = kit.name('group');
      const lag = async () => {
        const commits = await broker.admin.groupCommits(group, topic);
        const offsets = await broker.admin.offsets(topic);
        return offsets.map(o => o.latest - (commits.get(o.partition)?.offset ?? o.earliest));
      };
      await send(broker, topic, [...numbered(10, 0), ...numbered(4, 1)]);
      expect(await lag()).toEqual([10, 4]);

      const member = await Member.join(broker, { group, topics: [topic] }, { fetches: false });
      await eventually('both partitions assigned', () => member.partitions.length === 2);
      await member.get(0).commit({ offset: 7, metadata: '' });
      expect(await lag()).toEqual([3, 4]);
      await send(broker, topic, numbered(2, 1));
      await member.get(1).commit({ offset: 6, metadata: '' });
      expect(await lag()).toEqual([3, 0]);
    });
  });
}
