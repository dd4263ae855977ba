import { Subject } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { OutgoingMessage, Producer } from '../broker/port.js';
import { PlantsenseError } from '../errors.js';
import type { Delivery } from '../stream/delivery.js';
import { instantBackoff, settle, until } from '../stream/testing/signals.js';
import { testDelivery } from '../stream/testing/test-delivery.js';
import { originOf } from './origin.js';
import type { Indexed } from './outgoing.js';
import type { OutputPartition } from './own-partition.js';
import { sendOutputs } from './send-outputs.js';

type Send = (topic: string, messages: readonly OutgoingMessage[]) => Promise<void>;

function run(send: Send = async () => {}, outputPartition: OutputPartition = async () => undefined) {
  const log: string[] = [];
  const text = (message: OutgoingMessage) => Buffer.from(message.value!).toString();
  const producer: Producer = {
    send: async (topic, messages) => {
      await send(topic, messages);
      log.push(`${topic}: ${messages.map(text).join(' ')}`);
    },
    close: async () => {},
  };
  const source = new Subject<Delivery<Indexed>>();
  const over = new AbortController();
  const backoff = instantBackoff();
  const told = { retries: 0, sent: [] as string[], refused: [] as string[], error: null as unknown };
  source
    .pipe(
      sendOutputs({
        producer,
        source: 'abcdefgh.0',
        outputPartition,
        backoff,
        signal: over.signal,
        onRetry: () => {
          told.retries += 1;
        },
        onSent: (topic, sent) => void told.sent.push(`${topic} ${sent.length}`),
        onRefused: ({ value }, { code }) => void told.refused.push(`${Buffer.from(value!)} ${code}`),
      }),
    )
    .subscribe({
      error: error => {
        told.error = error;
      },
    });
  const push = (...outputs: readonly (readonly [topic: string, value: string])[]) =>
    outputs.map(([topic, value], i) => {
      const outgoing = { topic, key: 'k', value: Buffer.from(value) };
      const delivery = testDelivery({ outgoing, index: i }, { offset: 40 + i });
      source.next(delivery);
      return delivery;
    });
  return { push, log, told, over, backoff };
}

describe('sendOutputs', () => {
  it('sends one batch to each topic, in order, with its origin, and acks', async () => {
    const messages: OutgoingMessage[] = [];
    const { push, log, told } = run(async (_, batch) => void messages.push(...batch));
    const deliveries = push(['x', '1'], ['y', '2'], ['x', '3']);
    await until(() => deliveries.every(each => each.fate() === 'done'));
    expect(log).toEqual(['x: 1 3', 'y: 2']);
    expect(told.sent).toEqual(['x 2', 'y 1']);
    expect(messages.map(({ headers }) => originOf(headers!))).toEqual([
      { source: 'abcdefgh.0', offset: 40, index: 0 },
      { source: 'abcdefgh.0', offset: 42, index: 2 },
      { source: 'abcdefgh.0', offset: 41, index: 1 },
    ]);
    // Not the time of the event: retention would delete what comes of old recordings.
    expect(messages[0]!.timestampMs).toBeUndefined();
  });

  it('sends to the partition that its lane writes, and by key where there is none', async () => {
    const partitions: unknown[] = [];
    const { push } = run(
      async (topic, [message]) => void partitions.push([topic, message!.partition]),
      async topic => (topic === 'x' ? 3 : undefined),
    );
    const deliveries = push(['x', '1'], ['y', '2']);
    await until(() => deliveries.every(each => each.fate() === 'done'));
    expect(partitions).toEqual([
      ['x', 3],
      ['y', undefined],
    ]);
  });

  it('waits for a broker that is away, and acks nothing until the batch is durable', async () => {
    let away = true;
    const { push, log, told } = run(async () => {
      if (away) throw new PlantsenseError('BROKER_UNAVAILABLE', 'Away.');
    });
    const [delivery] = push(['x', '1']);
    await until(() => told.retries > 3);
    expect(delivery!.fate()).toBeNull();
    away = false;
    await until(() => delivery!.fate() === 'done');
    expect(log).toEqual(['x: 1']);
  });

  it('gives up when its lane is over: it used to try for as long as the broker was away', async () => {
    const { push, told, over, backoff } = run(async () => {
      throw new PlantsenseError('BROKER_UNAVAILABLE', 'Away.');
    });
    const [delivery] = push(['x', '1']);
    await until(() => told.retries > 3);
    over.abort();
    await until(() => told.error !== null);
    const tries = backoff.waits.length;
    for (let i = 0; i < 10; i++) await settle();
    expect([backoff.waits.length, delivery!.fate()]).toEqual([tries, null]);
  });

  it('leaves out only the record that is too large, reports it, and blocks nobody', async () => {
    const { push, log, told } = run(async (_, messages) => {
      if (messages.some(({ value }) => value!.length > 5))
        throw new PlantsenseError('MESSAGE_TOO_LARGE', 'Too large.');
    });
    const deliveries = push(['x', '1'], ['x', 'far too large'], ['x', '3']);
    await until(() => deliveries.every(each => each.fate() === 'done'));
    expect(log).toEqual(['x: 1', 'x: 3']);
    expect(told.refused).toEqual(['far too large MESSAGE_TOO_LARGE']);
  });

  it('errors with what can not be mended, and acks nothing', async () => {
    const { push, told } = run(async () => {
      throw new PlantsenseError('TOPIC_NOT_FOUND', 'No topic x.');
    });
    const [delivery] = push(['x', '1']);
    await until(() => told.error !== null);
    expect([delivery!.fate(), told.error]).toMatchObject([null, { code: 'TOPIC_NOT_FOUND' }]);
  });
});
