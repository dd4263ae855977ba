import { describe, expect, it } from 'vitest';
import { fails } from './fails.js';
import type { Kit } from './kit.js';
import { Member } from './member.js';
import { message, numbered, readTopic, send, values } from './messages.js';

export function checkTopics(kit: Kit): void {
  describe('topics', () => {
    it('lists and describes a topic as it was created', async () => {
      const { admin } = await kit.client();
      const config = {
        partitions: 3,
        cleanupPolicy: 'delete',
        retentionMs: 3_600_000,
        retentionBytes: 50_000_000,
        maxMessageBytes: 2_000_000,
      } as const;
      const topic = await kit.topic(config);
      expect(await admin.listTopics()).toContain(topic);
      expect(await admin.describeTopic(topic)).toMatchObject({ name: topic, ...config });
    });

    it('describes defaults, with no retention where none was asked for', async () => {
      const { admin } = await kit.client();
      const description = await admin.describeTopic(await kit.topic({ partitions: 1 }));
      expect(description).toMatchObject({
        partitions: 1,
        cleanupPolicy: 'delete',
        maxMessageBytes: 1_048_576,
      });
      expect(description!.retentionMs).toBeUndefined();
      expect(description!.retentionBytes).toBeUndefined();
    });

    it('leaves a topic alone that is created again', async () => {
      const broker = await kit.client();
      const topic = await kit.topic({ partitions: 2 });
      await send(broker, topic, numbered(3));
      const before = await broker.admin.describeTopic(topic);
      await broker.admin.createTopic(topic, { partitions: 5, cleanupPolicy: 'compact' });
      expect(await broker.admin.describeTopic(topic)).toEqual(before);
      expect((await readTopic(broker, topic)).flat()).toHaveLength(3);
    });

    it('lets several clients create the same topic at once', async () => {
      const topic = kit.name('raced');
      const clients = await Promise.all([kit.client(), kit.client(), kit.client()]);
      await Promise.all(clients.map(c => c.admin.createTopic(topic, { partitions: 2 })));
      expect(await clients[0]!.admin.describeTopic(topic)).toMatchObject({ partitions: 2 });
    });

    it('adds partitions and changes settings, and refuses fewer partitions', async () => {
      const broker = await kit.client();
      const topic = await kit.topic({ partitions: 2 });
      await broker.admin.alterTopic(topic, { partitions: 4, retentionMs: 7_200_000 });
      expect(await broker.admin.describeTopic(topic)).toMatchObject({
        partitions: 4,
        retentionMs: 7_200_000,
      });
      await send(broker, topic, [message(null, 'new', { partition: 3 })]);
      expect((await readTopic(broker, topic)).map(values)).toEqual([[], [], [], ['new']]);
      await fails('PARAMETER_INVALID', broker.admin.alterTopic(topic, { partitions: 3 }));
      expect(await broker.admin.describeTopic(topic)).toMatchObject({ partitions: 4 });
    });

    it('forgets a deleted topic, and does nothing when there is none', async () => {
      const { admin } = await kit.client();
      const topic = await kit.topic();
      await admin.deleteTopic(topic);
      expect(await admin.listTopics()).not.toContain(topic);
      expect(await admin.describeTopic(topic)).toBeNull();
      await admin.deleteTopic(topic);
    });

    it('refuses work on a topic that is not there', async () => {
      const broker = await kit.client();
      const { admin } = broker;
      const topic = kit.name('missing');
      const at = { topic, partition: 0 };
      expect(await admin.describeTopic(topic)).toBeNull();
      await fails('TOPIC_NOT_FOUND', send(broker, topic, [message('k', 'v')]));
      await fails('TOPIC_NOT_FOUND', broker.reader(at, 'earliest'));
      await fails('TOPIC_NOT_FOUND', admin.offsets(topic));
      await fails('TOPIC_NOT_FOUND', admin.offsetsForTime(topic, 0));
      await fails('TOPIC_NOT_FOUND', admin.alterTopic(topic, { partitions: 1 }));
      await fails('TOPIC_NOT_FOUND', admin.deleteRecords(at, 0));
      await fails('TOPIC_NOT_FOUND', Member.join(broker, { group: kit.name('group'), topics: [topic] }));
      expect(await admin.groupCommits(kit.name('group'), topic)).toEqual(new Map());
      // Nothing of the above made it.
      expect(await admin.describeTopic(topic)).toBeNull();
    });

    it('refuses a reader of a partition that is not there', async () => {
      const broker = await kit.client();
      await fails('TOPIC_NOT_FOUND', broker.reader({ topic: await kit.topic(), partition: 1 }, 'earliest'));
    });

    if (kit.harness.capabilities.incarnations === true) {
      it('gives a topic that was deleted and made again another incarnation', async () => {
        const broker = await kit.client();
        const topic = await kit.topic();
        await send(broker, topic, numbered(5));
        const incarnation = async () => (await broker.admin.describeTopic(topic))!.incarnation;
        const first = await incarnation();
        expect(await incarnation()).toBe(first);
        await broker.admin.deleteTopic(topic);
        await broker.admin.createTopic(topic, { partitions: 1 });
        expect(await incarnation()).not.toBe(first);
        expect(await broker.admin.offsets(topic)).toEqual([{ partition: 0, earliest: 0, latest: 0 }]);
      });
    }
  });
}
