import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { classify } from '../../errors.js';
import type { Producer } from '../port.js';
import { eventually } from './eventually.js';
import type { Kit } from './kit.js';
import { Member } from './member.js';
import { message, numbered, range, readPartition, readTopic, send, text, values } from './messages.js';

/** Sends until it has worked, as the stream core does: a retryable error is tried again. */
async function sendRetrying(producer: Producer, topic: string, key: string, value: string): Promise<void> {
  for (;;) {
    try {
      return await producer.send(topic, [message(key, value)]);
    } catch (error) {
      if (classify(error) !== 'retryable') throw error;
      await sleep(20);
    }
  }
}

export function checkRestart(kit: Kit): void {
  describe.each(['clean', 'kill'] as const)('restart of the broker: %s', kind => {
    it('keeps every acknowledged message, topic and commit', async () => {
      const broker = await kit.client();
      const config = { partitions: 2, retentionMs: 86_400_000 };
      const topic = await kit.topic(config);
      const group = kit.name('group');
      const before = await broker.admin.describeTopic(topic);
      await send(broker, topic, [...numbered(500, 0), ...numbered(500, 1)]);
      const member = await Member.join(broker, { group, topics: [topic] }, { fetches: false });
      await eventually('both assigned', () => member.partitions.length === 2);
      for (const p of member.partitions) await p.commit({ offset: 250, metadata: `p${p.partition}` });
      await broker.close();

      await kit.harness.restart(kind);
      const after = await kit.client();
      expect(await after.admin.describeTopic(topic)).toEqual(before);
      expect((await readTopic(after, topic)).map(values)).toEqual(range(2).map(() => range(500).map(String)));
      expect(await after.admin.groupCommits(group, topic)).toEqual(
        new Map(range(2).map(p => [p, { offset: 250, metadata: `p${p}` }])),
      );
      await send(after, topic, numbered(1, 0, 500));
      expect(values(await readPartition(after, { topic, partition: 0 }, 499))).toEqual(['499', '500']);
    });

    if (kit.harness.capabilities.clientsOutliveBroker !== true) return;

    it('lets a running producer and consumer go on, and loses nothing', async () => {
      const [sender, receiver] = [await kit.client(), await kit.client()];
      const topic = await kit.topic({ partitions: 2 });
      const member = await Member.join(receiver, { group: kit.name('group'), topics: [topic] });
      const producer = await sender.producer();
      let done = false;
      let acknowledged = 0;
      const producing = (async () => {
        while (!done) {
          await sendRetrying(producer, topic, `k${acknowledged % 4}`, String(acknowledged));
          acknowledged++;
        }
      })();
      await eventually('both run', () => member.received.length > 50);
      await kit.harness.restart(kind);
      const resumed = acknowledged;
      await eventually('the producer goes on', () => acknowledged > resumed + 50, 40_000);
      done = true;
      await producing;
      const seen = () => new Set(values(member.received));
      await eventually('everything received', () => seen().size === acknowledged, 40_000);

      // A retry may append a message twice; the first appearance of each is in order, in the log and at the member.
      for (const messages of await readTopic(receiver, topic)) {
        const firsts = [...new Set(messages.map(m => Number(text(m.value))))];
        for (const key of new Set(messages.map(m => m.key))) {
          const ofKey = firsts.filter(n => `k${n % 4}` === key);
          expect(ofKey).toEqual([...ofKey].sort((a, b) => a - b));
        }
      }
      expect(member.errors).toEqual([]);
    });

    it('lets a waiting reader go on', async () => {
      const broker = await kit.client();
      const topic = await kit.topic();
      await send(broker, topic, numbered(3));
      const reader = await broker.reader({ topic, partition: 0 }, 'earliest');
      const read: (string | null)[] = [];
      const stop = new AbortController();
      const reading = (async () => {
        while (!stop.signal.aborted) {
          try {
            read.push(...values(await reader.fetch(1_000, stop.signal)));
          } catch (error) {
            if (classify(error) !== 'retryable') throw error;
            await sleep(20);
          }
        }
      })();
      await eventually('the first three', () => read.length === 3);
      await kit.harness.restart(kind);
      const producer = await broker.producer();
      for (const i of range(3)) await sendRetrying(producer, topic, 'k', String(3 + i));
      await eventually('the next three', () => new Set(read).size === 6);
      stop.abort();
      await reading;
      expect([...new Set(read)]).toEqual(range(6).map(String));
    });
  });
}
