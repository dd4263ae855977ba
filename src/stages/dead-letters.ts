import type { Broker, Headers, OutgoingMessage, Producer, TopicPartition } from '../broker/port.js';
import { PlantsenseError } from '../errors.js';
import { codec } from '../records/codec.js';
import { isDeadLetterTopic } from '../records/topics.js';
import type { DeadLetter } from '../records/types.js';
import { decodedOrNull } from './decoded-or-null.js';
import { readToEnd } from './follow-topic.js';
import { originOf } from './origin.js';

/** A dead letter where it lies. */
export interface StoredDeadLetter extends TopicPartition {
  readonly offset: number;
  readonly letter: DeadLetter;
}

/** The broker's dead-letter topics, sorted. */
export async function deadLetterTopics(broker: Broker): Promise<string[]> {
  return (await broker.admin.listTopics()).filter(isDeadLetterTopic).sort();
}

/** The dead letters that lie in a topic. What is not one is passed over. @throws PlantsenseError TOPIC_NOT_FOUND */
export async function* readDeadLetters(
  broker: Broker,
  topic: string,
  signal: AbortSignal,
): AsyncGenerator<StoredDeadLetter> {
  for await (const messages of readToEnd(broker, topic, signal)) {
    for (const { partition, offset, value } of messages) {
      const letter = decode(value);
      if (letter) yield { topic, partition, offset, letter };
    }
  }
}

/**
 * One dead letter.
 * @throws PlantsenseError TOPIC_NOT_FOUND; PARAMETER_INVALID when there is none at the offset
 */
export async function findDeadLetter(
  broker: Broker,
  at: TopicPartition & { readonly offset: number },
  signal: AbortSignal,
): Promise<StoredDeadLetter> {
  const { topic, partition, offset } = at;
  const bounds = (await broker.admin.offsets(topic)).find(each => each.partition === partition);
  if (bounds && offset >= bounds.earliest && offset < bounds.latest) {
    const reader = await broker.reader(at, offset);
    try {
      const [message] = await reader.fetch(1, signal);
      const letter = message?.offset === offset ? decode(message.value) : null;
      if (letter) return { topic, partition, offset, letter };
    } finally {
      await reader.close();
    }
  }
  throw new PlantsenseError(
    'PARAMETER_INVALID',
    `There is no dead letter at ${topic} ${partition}/${offset}.`,
  );
}

/** Sends the original message to its topic again. It stays among the dead letters: a log forgets by retention only. */
export async function replayDeadLetter(producer: Producer, { letter }: StoredDeadLetter): Promise<void> {
  await producer.send(letter.originalTopic, [originalMessage(letter)]);
}

/**
 * The message as it was, at the end of its topic, but for two things: it gets the time of sending, because by the old one
 * retention might delete it before it is read, and it loses its origin, by which stages would take it for one that they
 * have seen and leave it out.
 */
function originalMessage(letter: DeadLetter): OutgoingMessage {
  const kept = letter.originalHeaders.filter(({ name, value }) => originOf({ [name]: value }) === null);
  const headers: Headers = Object.fromEntries(kept.map(({ name, value }) => [name, value]));
  return { key: letter.originalKey, value: letter.originalValue, headers };
}

function decode(value: Uint8Array | null): DeadLetter | null {
  return decodedOrNull(bytes => codec('dead-letter').decode(bytes), value);
}
