import type { Broker, Message, PartitionReader } from '../broker/port.js';
import { PlantsenseError } from '../errors.js';

const FETCH_BYTES = 1_048_576;

/**
 * Everything that lies in a topic when this is called, partition after partition, without a group; in batches, at the
 * speed of who takes them. Ends early when `signal` aborts.
 * @param from where partitions begin; without, and where it is gone, at the oldest message that is left
 * @throws PlantsenseError TOPIC_NOT_FOUND, BROKER_UNAVAILABLE
 */
export async function* readToEnd(
  broker: Broker,
  topic: string,
  signal: AbortSignal,
  from: ReadonlyMap<number, number> = new Map(),
): AsyncGenerator<readonly Message[]> {
  for (const { partition, earliest, latest } of await broker.admin.offsets(topic)) {
    const start = Math.max(earliest, from.get(partition) ?? earliest);
    if (latest <= start) continue;
    const reader = await broker.reader({ topic, partition }, start);
    try {
      while (reader.position < latest && !signal.aborted) {
        const messages = await fetchWhatIsLeft(broker, reader, signal);
        yield messages.filter(({ offset }) => offset < latest);
      }
    } finally {
      await reader.close();
    }
  }
}

/**
 * What comes into a topic, in batches of one partition each, until `signal` aborts. New partitions are not seen.
 * @throws PlantsenseError as `readToEnd`
 */
export async function* followTopic(
  broker: Broker,
  topic: string,
  from: 'earliest' | 'latest',
  signal: AbortSignal,
): AsyncGenerator<readonly Message[]> {
  const partitions = await broker.admin.offsets(topic);
  const readers = await Promise.all(
    partitions.map(({ partition }) => broker.reader({ topic, partition }, from)),
  );
  // A signal each: of one, Node would take the listeners of more than ten partitions for a leak.
  const stops = new Map(readers.map(reader => [reader as PartitionReader, new AbortController()]));
  const stop = () => {
    for (const controller of stops.values()) controller.abort();
  };
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop, { once: true });
  const next = async (reader: PartitionReader) => ({
    reader,
    messages: await fetchWhatIsLeft(broker, reader, stops.get(reader)!.signal),
  });
  const pending = new Map(readers.map(reader => [reader as PartitionReader, next(reader)]));
  try {
    while (!signal.aborted) {
      const { reader, messages } = await Promise.race(pending.values());
      // Behind the others, so that a busy partition doesn't starve them.
      pending.delete(reader);
      if (messages.length > 0) yield messages;
      pending.set(reader, next(reader));
    }
  } finally {
    signal.removeEventListener('abort', stop);
    for (const fetch of pending.values()) fetch.catch(() => {});
    await Promise.all(readers.map(reader => reader.close()));
  }
}

/** The next messages; none, and on to the oldest that are left, when retention was faster. */
export async function fetchWhatIsLeft(
  broker: Broker,
  reader: PartitionReader,
  signal: AbortSignal,
): Promise<readonly Message[]> {
  try {
    return await reader.fetch(FETCH_BYTES, signal);
  } catch (error) {
    if (!(error instanceof PlantsenseError) || error.code !== 'OFFSET_OUT_OF_RANGE') throw error;
    const offsets = await broker.admin.offsets(reader.topic);
    reader.seek(offsets.find(({ partition }) => partition === reader.partition)?.earliest ?? reader.position);
    return [];
  }
}
