import { describe, expect, it } from 'vitest';
import { PlantsenseError } from '../errors.js';
import { codec } from '../records/codec.js';
import { deadLetter } from './dead-letter.js';

const message = {
  topic: 'audio.raw',
  partition: 3,
  offset: 17,
  key: 'm1',
  value: Uint8Array.of(0, 255, 7),
  headers: { trace: Uint8Array.of(1) },
  timestampMs: 1234,
};

describe('a dead letter', () => {
  it('keeps the original bytes and headers, where they lay, and why they failed', () => {
    const error = new PlantsenseError('RECORD_NOT_AVRO', 'Those are no Avro bytes.');
    const letter = deadLetter('dead', message, error, { stage: 'listen', sensor: 'm1', timeUs: 5 });
    expect(letter).toMatchObject({ topic: 'dead', key: 'm1' });
    const record = codec('dead-letter').decode(letter.value!);
    expect(record).toMatchObject({
      originalTopic: 'audio.raw',
      originalPartition: 3,
      originalOffset: 17,
      originalKey: 'm1',
      originalTimestampMs: 1234,
      errorCode: 'RECORD_NOT_AVRO',
      errorClass: 'terminal',
      message: 'Those are no Avro bytes.',
      stage: 'listen',
      sensor: 'm1',
      timeUs: 5,
    });
    expect(Uint8Array.from(record.originalValue!)).toEqual(message.value);
    expect(record.originalHeaders.map(({ name, value }) => [name, ...value])).toEqual([['trace', 1]]);
  });

  it('is made of a message without a value too', () => {
    const error = new PlantsenseError('RECORD_NOT_AVRO', 'Nothing there.');
    const letter = deadLetter('dead', { ...message, key: null, value: null }, error, { stage: 'listen' });
    expect(codec('dead-letter').decode(letter.value!)).toMatchObject({
      originalValue: null,
      originalKey: null,
      sensor: null,
    });
  });
});
