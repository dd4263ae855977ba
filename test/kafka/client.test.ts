import { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Kafka, logLevel } from 'kafkajs';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { eventually } from '../../src/broker/conformance/eventually.js';
import { fails } from '../../src/broker/conformance/fails.js';
import { Member } from '../../src/broker/conformance/member.js';
import {
  message,
  never,
  numbered,
  range,
  readPartition,
  send,
  take,
  values,
} from '../../src/broker/conformance/messages.js';
import { openKafkaBroker } from '../../src/broker/kafka/broker.js';
import type { KafkaSettings } from '../../src/broker/kafka/settings.js';
import type { Broker } from '../../src/broker/port.js';
import { environment, openClient } from './client.js';
import { describeKafka } from './describe-kafka.js';
import { KafkaServer } from './server.js';
import { alterTopic } from './topic-settings.js';

describeKafka(
  'Kafka client',
  () => {
    const server = new KafkaServer();
    const clients: Broker[] = [];
    let topics = 0;

    beforeAll(() => server.start());
    afterAll(() => server.remove());
    afterEach(async () => {
      vi.restoreAllMocks();
      await Promise.allSettled(clients.splice(0).map(client => client.close()));
    });

    const client = async (settings: Partial<KafkaSettings> = {}) => {
      const opened = await openClient(server.address(), settings);
      clients.push(opened);
      return opened;
    };
    const makeTopic = async (broker: Broker, partitions = 1, maxMessageBytes = 1_048_576) => {
      const topic = `client-${++topics}`;
      await broker.admin.createTopic(topic, { partitions, maxMessageBytes });
      return topic;
    };

    it('reads what another program committed in a transaction, and passes the marks that it leaves behind', async () => {
      const broker = await client();
      const topic = await makeTopic(broker);
      const kafka = new Kafka({
        brokers: [server.address()],
        logLevel: logLevel.NOTHING,
        retry: { initialRetryTime: 20 },
      });
      const producer = kafka.producer({ transactionalId: topic, idempotent: true, maxInFlightRequests: 1 });
      await producer.connect();
      for (const [value, end] of [
        ['kept', 'commit'],
        ['dropped', 'abort'],
      ] as const) {
        const transaction = await producer.transaction();
        await transaction.send({ topic, messages: [{ value }] });
        await transaction[end]();
      }
      await producer.disconnect();
      const reader = await broker.reader({ topic, partition: 0 }, 'earliest');
      expect(values(await take(reader, 1))).toEqual(['kept']);
      const waiting = new AbortController();
      const next = reader.fetch(1_000, waiting.signal);
      // Two messages and two marks.
      await eventually('the end of the log', () => reader.position === 4);
      expect(await broker.admin.offsets(topic)).toEqual([{ partition: 0, earliest: 0, latest: 4 }]);
      waiting.abort();
      expect(await next).toEqual([]);
    });

    it('is idle when nothing happens', async () => {
      // With its own clocks, as in production. kafkajs's consumer wakes 830 times a second here.
      const broker = await openKafkaBroker({ brokers: [server.address()] }, environment);
      clients.push(broker);
      const topic = await makeTopic(broker, 8);
      const member = await Member.join(broker, { group: topic, topics: [topic] });
      await eventually('assigned', () => member.partitions.length === 8);
      await sleep(500);
      const writes = vi.spyOn(Socket.prototype, 'write');
      const before = process.resourceUsage();
      await sleep(4_000);
      const after = process.resourceUsage();
      // Four heartbeats, and eight fetches that each wait five seconds at the broker.
      expect(writes.mock.calls.length).toBeLessThan(40);
      expect((after.voluntaryContextSwitches - before.voluntaryContextSwitches) / 4).toBeLessThan(100);
      const cpuSecs =
        (after.userCPUTime + after.systemCPUTime - before.userCPUTime - before.systemCPUTime) / 1e6;
      expect(cpuSecs / 4).toBeLessThan(0.02);
    });

    it.each(['gzip', 'snappy', 'lz4'])('reads what was compressed with %s', async codec => {
      const broker = await client();
      const topic = await makeTopic(broker);
      // The broker compresses for us: then this is Java's own encoder.
      await alterTopic(server.address(), topic, { 'compression.type': codec });
      const records = range(50).map(i =>
        message(`k${i}`, `${'sound of a pump '.repeat(i * 40)}${i}`, { partition: 0 }),
      );
      await send(broker, topic, records);
      // Nothing to gain: stored as it is inside the frame.
      const noise = Uint8Array.from(
        { length: 200_000 },
        (_, i) => (Math.imul(i, 2_654_435_761) >>> 13) % 256,
      );
      await send(broker, topic, [{ key: null, value: noise }]);
      const read = await readPartition(broker, { topic, partition: 0 });
      expect(values(read.slice(0, 50))).toEqual(records.map(r => Buffer.from(r.value!).toString()));
      expect(Buffer.from(read[50]!.value!).equals(noise)).toBe(true);
    });

    it('reads zstd where Node can, and else says so instead of standing still', async () => {
      const broker = await client();
      const topic = await makeTopic(broker);
      await alterTopic(server.address(), topic, { 'compression.type': 'zstd' });
      const reader = await broker.reader({ topic, partition: 0 }, 'earliest');
      const { zstdDecompressSync } = (await import('node:zlib')) as { zstdDecompressSync?: unknown };
      if (zstdDecompressSync === undefined) {
        // The log takes its new setting a moment after the answer: what is sent before it is not compressed yet.
        await eventually('a batch that can not be read', async () => {
          await send(broker, topic, numbered(1));
          const fetched = reader.fetch(1_000, AbortSignal.timeout(10_000));
          const error = await fetched.then(
            messages => (messages.length === 0 ? new Error('It stood still.') : null),
            refused => refused,
          );
          if (error !== null) expect(error).toMatchObject({ code: 'CODEC_UNSUPPORTED' });
          return error !== null;
        });
      } else {
        await send(broker, topic, numbered(3));
        expect(values(await take(reader, 3))).toEqual(['0', '1', '2']);
      }
    });

    it('appends each message once and in order, though the broker is killed under it', async () => {
      const broker = await client();
      const topic = await makeTopic(broker, 2);
      const producer = await broker.producer();
      let sent = 0;
      let stop = false;
      const producing = (async () => {
        for (; !stop; sent++) {
          await producer.send(
            topic,
            range(2).map(partition => message(null, String(sent), { partition })),
          );
        }
      })();
      await eventually('it runs', () => sent > 100);
      await server.halt('SIGKILL');
      await server.start();
      const then = sent;
      await eventually('it goes on', () => sent > then + 100);
      stop = true;
      await producing;
      for (const partition of range(2)) {
        expect(values(await readPartition(broker, { topic, partition }))).toEqual(range(sent).map(String));
      }
    });

    it('makes smaller batches when the limit was lowered, instead of refusing small messages', async () => {
      const broker = await client();
      const topic = await makeTopic(broker);
      const producer = await broker.producer();
      const batch = range(100).map(i => ({ key: `k${i}`, value: new Uint8Array(5_000) }));
      await producer.send(topic, batch);
      await alterTopic(server.address(), topic, { 'max.message.bytes': '20000' });
      await producer.send(topic, batch);
      expect(await readPartition(broker, { topic, partition: 0 })).toHaveLength(200);
    });

    it('sees the partitions that a topic was given', async () => {
      const broker = await client({ metadataMaxAgeMs: 100 });
      const topic = await makeTopic(broker, 1);
      const producer = await broker.producer();
      await producer.send(topic, [message(null, 'x')]);
      await (await client()).admin.alterTopic(topic, { partitions: 2 });
      await sleep(150);
      await producer.send(topic, [message(null, 'y', { partition: 1 })]);
      expect(values(await readPartition(broker, { topic, partition: 1 }))).toEqual(['y']);
    });

    it('gives up on a broker that hangs, and goes on when it is back', async () => {
      const broker = await client({ retryBudgetMs: 1_000, fetchWaitMs: 500, deliveryTimeoutMs: 1_500 });
      const topic = await makeTopic(broker);
      const producer = await broker.producer();
      await producer.send(topic, numbered(1));
      const reader = await broker.reader({ topic, partition: 0 }, 'earliest');
      await take(reader, 1);
      process.kill(server.pid, 'SIGSTOP');
      try {
        await fails('BROKER_UNAVAILABLE', reader.fetch(1_000, never()));
        await fails('BROKER_UNAVAILABLE', producer.send(topic, numbered(1, 0, 1)));
        await fails('BROKER_UNAVAILABLE', broker.admin.offsets(topic));
        // Nobody waits for a connection, or for a second try, either.
        const begin = performance.now();
        expect(await reader.fetch(1_000, AbortSignal.timeout(100))).toEqual([]);
        expect(performance.now() - begin).toBeLessThan(500);
      } finally {
        process.kill(server.pid, 'SIGCONT');
      }
      const got = take(reader, 1);
      await eventually('sending works', () =>
        producer.send(topic, numbered(1, 0, 1)).then(
          () => true,
          () => false,
        ),
      );
      expect(values(await got)[0]).toBe('1');
    });

    it('lets a member go whose broker is away for longer than its session, and takes it back', async () => {
      const broker = await client();
      const topic = await makeTopic(broker);
      const member = await Member.join(broker, {
        group: topic,
        topics: [topic],
        sessionTimeoutMs: 1_000,
        drainDeadlineMs: 500,
      });
      await eventually('assigned', () => member.partitions.length === 1);
      const old = member.get(0);
      process.kill(server.pid, 'SIGSTOP');
      try {
        await eventually('lost', () => member.partitions.length === 0);
        await fails('COMMIT_FENCED', old.commit({ offset: 1, metadata: '' }));
      } finally {
        process.kill(server.pid, 'SIGCONT');
      }
      await eventually('assigned again', () => member.partitions.length === 1);
      expect(member.get(0).generation).toBeGreaterThan(old.generation);
      expect(member.errors).toEqual([]);
    });

    it('tells within ten seconds that there is no Kafka', async () => {
      const begin = performance.now();
      const opening = openKafkaBroker({ brokers: ['127.0.0.1:1', '127.0.0.1:2'] }, environment);
      await expect(opening).rejects.toMatchObject({
        code: 'BROKER_UNAVAILABLE',
        message: expect.stringMatching(/127\.0\.0\.1:1.*ECONNREFUSED.*127\.0\.0\.1:2.*ECONNREFUSED/),
      });
      expect(performance.now() - begin).toBeLessThan(10_000);
      await fails('PARAMETER_INVALID', openKafkaBroker({ brokers: ['kafka'] }, environment));
      await fails('PARAMETER_INVALID', openKafkaBroker({ brokers: [] }, environment));
    });

    it('refuses a drain that could outlast the membership', async () => {
      const broker = await client();
      const topic = await makeTopic(broker);
      const options = { group: topic, topics: [topic], sessionTimeoutMs: 5_000, drainDeadlineMs: 5_000 };
      await fails('PARAMETER_INVALID', broker.join(options, new Member()));
    });
  },
  { ownBroker: true },
);
