import type { Broker, Message, OutgoingMessage, PartitionReader, TopicPartition } from '../port.js';

export const bytes = (text: string): Uint8Array => Buffer.from(text);

export const text = (value: Uint8Array | null): string | null =>
  value === null ? null : Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString();

export const message = (
  key: string | null,
  value: string,
  extra?: Partial<OutgoingMessage>,
): OutgoingMessage => ({ key, value: bytes(value), ...extra });

/** `count` messages `0 … count-1` of one partition. */
export const numbered = (count: number, partition = 0, from = 0): OutgoingMessage[] =>
  Array.from({ length: count }, (_, i) => message(null, String(from + i), { partition }));

export const values = (messages: readonly Message[]): (string | null)[] => messages.map(m => text(m.value));

export const range = (end: number, start = 0): number[] =>
  Array.from({ length: end - start }, (_, i) => start + i);

export const never = (): AbortSignal => new AbortController().signal;

/** Sends through a producer of its own. */
export async function send(
  broker: Broker,
  topic: string,
  messages: readonly OutgoingMessage[],
): Promise<void> {
  const producer = await broker.producer();
  await producer.send(topic, messages);
  await producer.close();
}

/** Fetches until the reader has given `count` messages. */
export async function take(
  reader: PartitionReader,
  count: number,
  maxBytes = 1_000_000,
  timeoutMs = 20_000,
): Promise<Message[]> {
  const taken: Message[] = [];
  const signal = AbortSignal.timeout(timeoutMs);
  while (taken.length < count) {
    const batch = await reader.fetch(maxBytes, signal);
    if (batch.length === 0) throw new Error(`Got ${taken.length} of ${count} messages in ${timeoutMs} ms`);
    taken.push(...batch);
  }
  return taken;
}

/** Everything that stands in a partition now, from `from`. */
export async function readPartition(
  broker: Broker,
  at: TopicPartition,
  from: number | 'earliest' = 'earliest',
): Promise<Message[]> {
  const offsets = (await broker.admin.offsets(at.topic)).find(o => o.partition === at.partition)!;
  const reader = await broker.reader(at, from);
  const messages: Message[] = [];
  // The log may end in a gap that compaction left: then no message comes, and the wait ends.
  while (reader.position < offsets.latest && offsets.earliest < offsets.latest) {
    const batch = await reader.fetch(4_000_000, AbortSignal.timeout(3_000));
    if (batch.length === 0) break;
    messages.push(...batch);
  }
  await reader.close();
  return messages;
}

/** Everything that stands in a topic now, a list for each partition. */
export async function readTopic(broker: Broker, topic: string): Promise<Message[][]> {
  const offsets = await broker.admin.offsets(topic);
  return Promise.all(offsets.map(({ partition }) => readPartition(broker, { topic, partition })));
}
