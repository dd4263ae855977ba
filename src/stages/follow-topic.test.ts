import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { Broker, Message } from '../broker/port.js';
import { followTopic, readToEnd } from './follow-topic.js';
import { scratchBrokers } from './testing/scratch-broker.js';

const NEVER = new AbortController().signal;

async function send(broker: Broker, partition: number, ...texts: string[]): Promise<void> {
  const producer = await broker.producer();
  await producer.send(
    't',
    texts.map(text => ({ key: null, value: Buffer.from(text), partition })),
  );
}

const texts = (messages: readonly Message[]) => messages.map(({ value }) => Buffer.from(value!).toString());

describe('reading to the end', () => {
  const scratchBroker = scratchBrokers();

  it('gives what lay there at the start, partition after partition, and nothing that came since', async () => {
    const broker = await scratchBroker();
    await broker.admin.createTopic('t', { partitions: 3 });
    await send(broker, 2, 'c1', 'c2');
    await send(broker, 0, 'a1');
    const seen: string[] = [];
    for await (const messages of readToEnd(broker, 't', NEVER)) {
      seen.push(...texts(messages));
      await send(broker, 2, 'too late');
    }
    expect(seen).toEqual(['a1', 'c1', 'c2']);
  });

  it('goes on behind what retention deletes while it reads', async () => {
    const broker = await scratchBroker();
    await broker.admin.createTopic('t', { partitions: 2 });
    await send(broker, 0, 'a1');
    await send(broker, 1, 'b1', 'b2', 'b3');
    const seen: string[] = [];
    for await (const messages of readToEnd(broker, 't', NEVER)) {
      seen.push(...texts(messages));
      await broker.admin.deleteRecords({ topic: 't', partition: 1 }, 2);
    }
    expect(seen).toEqual(['a1', 'b3']);
  });

  it('ends when it is told to', async () => {
    const broker = await scratchBroker();
    await broker.admin.createTopic('t', { partitions: 2 });
    await send(broker, 0, 'a1');
    await send(broker, 1, 'b1');
    const controller = new AbortController();
    const seen: string[] = [];
    for await (const messages of readToEnd(broker, 't', controller.signal)) {
      seen.push(...texts(messages));
      controller.abort();
    }
    expect(seen).toEqual(['a1']);
  });
});

describe('following', () => {
  const scratchBroker = scratchBrokers();

  it('gives what lies in all partitions and what comes, until it is told to end', async () => {
    const broker = await scratchBroker();
    await broker.admin.createTopic('t', { partitions: 2 });
    await send(broker, 0, 'a1');
    await send(broker, 1, 'b1');
    const controller = new AbortController();
    const seen: string[] = [];
    for await (const messages of followTopic(broker, 't', 'earliest', controller.signal)) {
      seen.push(...texts(messages));
      if (seen.length === 2) await send(broker, 1, 'b2');
      if (seen.includes('b2')) controller.abort();
    }
    expect(seen.sort()).toEqual(['a1', 'b1', 'b2']);
  });

  it('has one listener on its signal, of however many partitions', async () => {
    const broker = await scratchBroker();
    await broker.admin.createTopic('t', { partitions: 12 });
    await send(broker, 7, 'a');
    const controller = new AbortController();
    const following = followTopic(broker, 't', 'earliest', controller.signal);
    expect(texts((await following.next()).value as readonly Message[])).toEqual(['a']);
    const next = following.next();
    // Node warns of a leak from eleven on.
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(1);
    controller.abort();
    expect(await next).toEqual({ done: true, value: undefined });
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
  });

  it('gives only what comes, when it begins at the end', async () => {
    const broker = await scratchBroker();
    await broker.admin.createTopic('t', { partitions: 1 });
    await send(broker, 0, 'old');
    const following = followTopic(broker, 't', 'latest', NEVER);
    const first = following.next();
    // The reader is placed before its first fetch can wait.
    await broker.admin.offsets('t');
    await send(broker, 0, 'new');
    expect(texts((await first).value as readonly Message[])).toEqual(['new']);
    await following.return(undefined);
  });
});
