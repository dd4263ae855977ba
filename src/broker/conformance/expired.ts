import { describe, expect, it } from 'vitest';
import { eventually } from './eventually.js';
import { fails } from './fails.js';
import type { Kit } from './kit.js';
import { Member } from './member.js';
import { numbered, range, readPartition, send, take, values } from './messages.js';

export function checkExpired(kit: Kit): void {
  describe('expired offsets', () => {
    /** A topic of 20 messages whose first 12 are gone, and a group that has read 5. */
    const expired = async () => {
      const broker = await kit.client();
      const topic = await kit.topic();
      const group = kit.name('group');
      await send(broker, topic, numbered(20));
      await broker.admin.setGroupCommits(group, topic, new Map([[0, { offset: 5, metadata: 'm' }]]));
      await broker.admin.deleteRecords({ topic, partition: 0 }, 12);
      return { broker, topic, group, at: { topic, partition: 0 } };
    };

    it('deletes records before an offset and keeps the rest', async () => {
      const { broker, topic, at } = await expired();
      expect(await broker.admin.offsets(topic)).toEqual([{ partition: 0, earliest: 12, latest: 20 }]);
      expect(values(await readPartition(broker, at))).toEqual(range(20, 12).map(String));
      await broker.admin.deleteRecords(at, 3);
      expect(await broker.admin.offsets(topic)).toEqual([{ partition: 0, earliest: 12, latest: 20 }]);
      await broker.admin.deleteRecords(at, 20);
      expect(await broker.admin.offsets(topic)).toEqual([{ partition: 0, earliest: 20, latest: 20 }]);
      await send(broker, topic, numbered(1, 0, 20));
      expect(values(await readPartition(broker, at))).toEqual(['20']);
    });

    it('fails a reader whose position is gone', async () => {
      const { broker, at } = await expired();
      const reader = await broker.reader(at, 5);
      await fails('OFFSET_OUT_OF_RANGE', reader.fetch(1_000, AbortSignal.timeout(10_000)));
      reader.seek(12);
      expect(values(await take(reader, 8))).toEqual(range(20, 12).map(String));
    });

    it('fails a member by default', async () => {
      const { broker, topic, group } = await expired();
      const member = await Member.join(broker, { group, topics: [topic] }, { fetches: false });
      await eventually('the partition assigned', () => member.partitions.length === 1);
      expect(member.get(0).committed).toEqual({ offset: 5, metadata: 'm' });
      await fails('OFFSET_OUT_OF_RANGE', member.get(0).fetch(1_000, AbortSignal.timeout(10_000)));
    });

    it('goes on at the earliest offset where that is allowed, and counts what was lost', async () => {
      const { broker, topic, group } = await expired();
      const member = await Member.join(broker, { group, topics: [topic], onExpiredOffset: 'earliest' });
      await eventually('the rest', () => member.received.length === 8);
      expect(values(member.received)).toEqual(range(20, 12).map(String));
      expect(member.get(0).lostOffsets).toBe(7);
    });

    it('fails a member whose position lies beyond the end, whatever is allowed', async () => {
      const { broker, topic, group } = await expired();
      await broker.admin.setGroupCommits(group, topic, new Map([[0, { offset: 50, metadata: '' }]]));
      const options = { group, topics: [topic], onExpiredOffset: 'earliest' } as const;
      const member = await Member.join(broker, options, { fetches: false });
      await eventually('the partition assigned', () => member.partitions.length === 1);
      await fails('OFFSET_OUT_OF_RANGE', member.get(0).fetch(1_000, AbortSignal.timeout(10_000)));
      expect(member.get(0).lostOffsets).toBe(0);
    });

    it('counts what is lost while the member is reading', async () => {
      const broker = await kit.client();
      const topic = await kit.topic();
      await send(broker, topic, numbered(20));
      const options = { group: kit.name('group'), topics: [topic], onExpiredOffset: 'earliest' } as const;
      const member = await Member.join(broker, options, { fetches: false });
      await eventually('the partition assigned', () => member.partitions.length === 1);
      const partition = member.get(0);
      const first = await partition.fetch(1, AbortSignal.timeout(10_000));
      expect(values(first)).toEqual(['0']);
      expect(partition.lostOffsets).toBe(0);
      await broker.admin.deleteRecords({ topic, partition: 0 }, 15);
      partition.seek(1);
      expect(values(await take(partition, 5))).toEqual(range(20, 15).map(String));
      expect(partition.lostOffsets).toBe(14);
    });
  });
}
