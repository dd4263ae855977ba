import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { eventually } from '../../src/broker/conformance/eventually.js';
import { Member } from '../../src/broker/conformance/member.js';
import { message, numbered, range, send, text } from '../../src/broker/conformance/messages.js';
import type { AssignedPartition, Broker, Message } from '../../src/broker/port.js';
import { openClient } from './client.js';
import { describeKafka } from './describe-kafka.js';
import { KafkaServer } from './server.js';
import { MemberProcess, type MemberProcessOptions } from './spawn-member.js';

const where = (m: Message) => `${m.partition}/${m.offset}`;

describeKafka(
  'Kafka groups',
  () => {
    const server = new KafkaServer();
    const clients: Broker[] = [];
    const processes: MemberProcess[] = [];
    let names = 0;

    beforeAll(() => server.start());
    afterAll(() => server.remove());
    afterEach(async () => {
      for (const process of processes.splice(0)) process.signal('SIGKILL');
      await Promise.allSettled(clients.splice(0).map(client => client.close()));
    });

    const client = async () => {
      const opened = await openClient(server.address());
      clients.push(opened);
      return opened;
    };
    const setUp = async (partitions: number) => {
      const broker = await client();
      const name = `groups-${++names}`;
      await broker.admin.createTopic(name, { partitions });
      return { broker, topic: name, group: name, options: { group: name, topics: [name] } };
    };
    const spawnMember = (options: Omit<MemberProcessOptions, 'brokers'>) => {
      const member = new MemberProcess({ brokers: server.address(), ...options });
      processes.push(member);
      return member;
    };

    it('keeps a member that takes three sessions to process one message', async () => {
      const { broker, topic, options } = await setUp(1);
      await send(broker, topic, numbered(2));
      const sessionTimeoutMs = 1_000;
      const member = await Member.join(
        broker,
        { ...options, sessionTimeoutMs, drainDeadlineMs: 500 },
        { maxBytes: 1, process: () => sleep(3 * sessionTimeoutMs) },
      );
      await eventually('both messages', () => member.received.length === 2);
      expect(member.history).toHaveLength(1);
      expect(member.errors).toEqual([]);
    });

    it('does not stop the partitions that stay while others move', async () => {
      const { broker, topic, options } = await setUp(4);
      const revoked: number[] = [];
      const first = await Member.join(broker, options, {
        revoked: async partitions => {
          revoked.push(...partitions.map(p => p.partition));
          await sleep(1_000);
        },
      });
      await eventually('all four', () => first.partitions.length === 4);
      const kept = first.partitions;
      const second = await Member.join(await client(), options);
      await eventually('a drain under way', () => revoked.length === 2);
      const staying = kept.filter(p => !revoked.includes(p.partition));
      // In the middle of the rebalance: messages arrive and commits pass.
      await send(
        broker,
        topic,
        staying.map(p => message(null, 'during', { partition: p.partition })),
      );
      await eventually('they are processed', () => first.received.length === 2, 900);
      expect(second.partitions).toEqual([]);
      await eventually('two each', () => second.partitions.length === 2);
      expect(first.partitions).toEqual(staying);
    });

    it('loses nothing and repeats nothing in a storm of rebalances', async () => {
      const { broker, topic, options } = await setUp(12);
      const producer = await broker.producer();
      let sent = 0;
      let stop = false;
      const producing = (async () => {
        for (; !stop; sent++) {
          await producer.send(
            topic,
            range(12).map(partition => message(null, String(sent), { partition })),
          );
          await sleep(3);
        }
      })();
      const brokers = await Promise.all(range(6).map(() => client()));
      const all: Member[] = [];
      const join = async (broker: Broker) => {
        const member = await Member.join(broker, options, { maxBytes: 50, process: () => sleep(1) });
        all.push(member);
        return member;
      };
      // Each comes and goes at its own pace, so that joins, drains and leaves overlap in every way.
      await Promise.all(
        brokers.map(async (broker, i) => {
          for (const round of range(3)) {
            const member = await join(broker);
            await sleep(150 + 130 * ((i * 7 + round * 3) % 5));
            await member.close();
          }
        }),
      );
      stop = true;
      await producing;
      const last = await join(brokers[0]!);
      const processed = () => all.flatMap(m => m.received.map(where));
      await eventually('everything processed', () => new Set(processed()).size === 12 * sent);
      expect(processed()).toHaveLength(12 * sent);
      expect(last.partitions).toHaveLength(12);
      expect(all.flatMap(m => m.errors)).toEqual([]);
    });

    it('fences a process that slept through its session', async () => {
      const { broker, topic, group } = await setUp(1);
      const zombie = spawnMember({ group, topic, sessionTimeoutMs: 1_500 });
      await zombie.says('assigned 0');
      zombie.signal('SIGSTOP');
      const heir = await Member.join(broker, { group, topics: [topic] }, { fetches: false });
      await eventually('the heir has it', () => heir.partitions.length === 1);
      await heir.get(0).commit({ offset: 1_000_000, metadata: 'heir' });
      zombie.signal('SIGCONT');
      await zombie.says('refused COMMIT_FENCED 0');
      await zombie.says('lost 0');
      expect((await broker.admin.groupCommits(group, topic)).get(0)).toEqual({
        offset: 1_000_000,
        metadata: 'heir',
      });
    });

    it('gives a named member its partitions back at once after a crash, and moves nothing', async () => {
      const { broker, topic, group, options } = await setUp(2);
      const other = await Member.join(broker, { ...options, memberName: 'other', sessionTimeoutMs: 30_000 });
      const named = { group, topic, memberName: 'stage-0', sessionTimeoutMs: 30_000 };
      const first = spawnMember(named);
      await first.says(/^assigned \d$/);
      await eventually('one each', () => other.partitions.length === 1);
      const kept = other.get(other.partitions[0]!.partition);
      first.signal('SIGKILL');
      const begin = performance.now();
      const second = spawnMember(named);
      await second.says(first.said[0]!);
      expect(performance.now() - begin).toBeLessThan(10_000);
      expect(other.partitions).toEqual([kept]);
    });

    it('tells a process that another one has its name', async () => {
      const { topic, group } = await setUp(1);
      const named = { group, topic, memberName: 'stage-0', sessionTimeoutMs: 10_000 };
      const first = spawnMember(named);
      await first.says('assigned 0');
      const second = spawnMember(named);
      await second.says('assigned 0');
      await first.says('failed MEMBER_NAME_IN_USE');
    });

    it('starts anew in a topic that was deleted and made again', async () => {
      const { broker, topic, options } = await setUp(1);
      await send(broker, topic, numbered(5));
      const losses: AssignedPartition[] = [];
      const member = await Member.join(broker, options);
      const lost = member.lost.bind(member);
      member.lost = partitions => {
        losses.push(...partitions);
        lost(partitions);
      };
      await eventually('the five', () => member.received.length === 5);
      const old = member.get(0);
      await broker.admin.deleteTopic(topic);
      await broker.admin.createTopic(topic, { partitions: 1 });
      await send(broker, topic, [message(null, 'new')]);
      await eventually('the new one', () => member.received.length === 6);
      expect(text(member.received[5]!.value)).toBe('new');
      expect(losses).toEqual([old]);
      expect(member.get(0).incarnation).not.toBe(old.incarnation);
      expect(member.errors).toEqual([]);
    });

    it('gives up when its topic is deleted for good', async () => {
      const { broker, topic, options } = await setUp(1);
      const member = await Member.join(broker, options);
      await eventually('assigned', () => member.partitions.length === 1);
      await broker.admin.deleteTopic(topic);
      await eventually('it fails', () => member.errors.length > 0);
      expect(member.errors).toMatchObject([{ code: 'TOPIC_NOT_FOUND' }]);
      expect(member.partitions).toEqual([]);
    });
  },
  { ownBroker: true },
);
