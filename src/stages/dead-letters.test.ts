import { describe, expect, it } from 'vitest';
import type { Broker, Message } from '../broker/port.js';
import { PlantsenseError } from '../errors.js';
import { deadLetter } from './dead-letter.js';
import { deadLetterTopics, findDeadLetter, readDeadLetters, replayDeadLetter } from './dead-letters.js';
import { readToEnd } from './follow-topic.js';
import { originHeaders, originSource } from './origin.js';
import { scratchBrokers } from './testing/scratch-broker.js';

const NEVER = new AbortController().signal;
const TOPIC = 'audio.raw.dead-letter';

const ORIGINAL: Message = {
  topic: 'audio.raw',
  partition: 1,
  offset: 7,
  key: 'mic-1',
  value: Buffer.from('not avro'),
  headers: {
    ...originHeaders({ source: originSource('a', 'b', 'c', 0), offset: 3, index: 0 }),
    recorder: Buffer.from('r2'),
  },
  timestampMs: 1_767_225_600_000,
};

async function withLetters(broker: Broker, letters: number): Promise<void> {
  await broker.admin.createTopic('audio.raw', { partitions: 2 });
  await broker.admin.createTopic(TOPIC, { partitions: 1 });
  const producer = await broker.producer();
  const error = new PlantsenseError('RECORD_NOT_AVRO', 'The message begins with 6e6f.');
  for (let i = 0; i < letters; i++) {
    const { key, value } = deadLetter(TOPIC, { ...ORIGINAL, offset: i }, error, { stage: 'listen' });
    await producer.send(TOPIC, [{ key, value }]);
  }
  await producer.send(TOPIC, [{ key: null, value: Buffer.from('something that is no dead letter') }]);
}

describe('dead letters', () => {
  const scratchBroker = scratchBrokers();

  it('are found in the topics named for them', async () => {
    const broker = await scratchBroker();
    await withLetters(broker, 2);
    expect(await deadLetterTopics(broker)).toEqual([TOPIC]);
    const found = [];
    for await (const { offset, letter } of readDeadLetters(broker, TOPIC, NEVER))
      found.push([offset, letter.errorCode, letter.originalOffset]);
    expect(found).toEqual([
      [0, 'RECORD_NOT_AVRO', 0],
      [1, 'RECORD_NOT_AVRO', 1],
    ]);
  });

  it('are found one by one, and nothing where none is', async () => {
    const broker = await scratchBroker();
    await withLetters(broker, 2);
    const at = (offset: number) => findDeadLetter(broker, { topic: TOPIC, partition: 0, offset }, NEVER);
    expect((await at(1)).letter.originalOffset).toBe(1);
    for (const offset of [2, 3])
      await expect(at(offset)).rejects.toMatchObject({ code: 'PARAMETER_INVALID' });
    const elsewhere = findDeadLetter(broker, { topic: TOPIC, partition: 4, offset: 0 }, NEVER);
    await expect(elsewhere).rejects.toMatchObject({ code: 'PARAMETER_INVALID' });
  });

  it('are sent again as they were, but without their origin: stages would take them for seen', async () => {
    const broker = await scratchBroker();
    await withLetters(broker, 1);
    const stored = await findDeadLetter(broker, { topic: TOPIC, partition: 0, offset: 0 }, NEVER);
    await replayDeadLetter(await broker.producer(), stored);
    const sent: Message[] = [];
    for await (const messages of readToEnd(broker, 'audio.raw', NEVER)) sent.push(...messages);
    expect(sent).toHaveLength(1);
    expect(sent[0]!.key).toBe(ORIGINAL.key);
    expect(Buffer.from(sent[0]!.value!)).toEqual(ORIGINAL.value);
    // Retention goes by it: with the time of last year it would be deleted at once.
    expect(sent[0]!.timestampMs).toBeGreaterThan(ORIGINAL.timestampMs);
    expect(Object.keys(sent[0]!.headers)).toEqual(['recorder']);
  });
});
