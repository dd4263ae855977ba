import type { Message } from '../broker/port.js';
import type { PlantsenseError } from '../errors.js';
import { codec } from '../records/codec.js';
import type { Outgoing } from './outgoing.js';

/** What is known of a message that failed, beyond its bytes. */
export interface FailedAt {
  readonly stage: string;
  readonly sensor?: string;
  readonly timeUs?: number;
}

/** A message that can never be processed, with the reason and its original bytes, for the dead-letter topic. */
export function deadLetter(topic: string, message: Message, error: PlantsenseError, at: FailedAt): Outgoing {
  const value = codec('dead-letter').encode({
    originalTopic: message.topic,
    originalPartition: message.partition,
    originalOffset: message.offset,
    originalKey: message.key,
    originalTimestampMs: message.timestampMs,
    originalHeaders: Object.entries(message.headers).map(([name, bytes]) => ({
      name,
      value: Buffer.from(bytes),
    })),
    originalValue: message.value,
    errorCode: error.code,
    errorClass: error.class,
    message: error.message,
    stage: at.stage,
    sensor: at.sensor ?? null,
    timeUs: at.timeUs ?? null,
  });
  return { topic, key: message.key, value };
}
