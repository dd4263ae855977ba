import { PlantsenseError } from '../../../errors.js';
import { describeErrorCode } from './kafkajs.js';

/** The error codes of the Kafka protocol that we react to. */
export const CODE = {
  NONE: 0,
  OFFSET_OUT_OF_RANGE: 1,
  CORRUPT_MESSAGE: 2,
  UNKNOWN_TOPIC_OR_PARTITION: 3,
  LEADER_NOT_AVAILABLE: 5,
  NOT_LEADER: 6,
  MESSAGE_TOO_LARGE: 10,
  OFFSET_METADATA_TOO_LARGE: 12,
  COORDINATOR_LOAD_IN_PROGRESS: 14,
  COORDINATOR_NOT_AVAILABLE: 15,
  NOT_COORDINATOR: 16,
  INVALID_TOPIC: 17,
  RECORD_LIST_TOO_LARGE: 18,
  ILLEGAL_GENERATION: 22,
  INCONSISTENT_GROUP_PROTOCOL: 23,
  UNKNOWN_MEMBER_ID: 25,
  INVALID_SESSION_TIMEOUT: 26,
  REBALANCE_IN_PROGRESS: 27,
  TOPIC_AUTHORIZATION_FAILED: 29,
  TOPIC_ALREADY_EXISTS: 36,
  INVALID_PARTITIONS: 37,
  INVALID_REPLICATION_FACTOR: 38,
  INVALID_CONFIG: 40,
  POLICY_VIOLATION: 44,
  OUT_OF_ORDER_SEQUENCE: 45,
  DUPLICATE_SEQUENCE: 46,
  INVALID_PRODUCER_EPOCH: 47,
  KAFKA_STORAGE_ERROR: 56,
  UNKNOWN_PRODUCER_ID: 59,
  MEMBER_ID_REQUIRED: 79,
  FENCED_INSTANCE_ID: 82,
  UNKNOWN_TOPIC_ID: 100,
} as const;

/** Where a second try can help: elections, moves, loads, throttles, time-outs. */
const RETRIABLE: ReadonlySet<number> = new Set([
  2, 3, 5, 6, 7, 8, 9, 13, 14, 15, 16, 19, 20, 27, 41, 51, 56, 60, 70, 71, 72, 74, 75, 76, 78, 88, 89, 99,
  100, 103,
]);

/** Topic, group, cluster authorization; SASL mechanism, state, authentication; delegation tokens. */
const AUTHORIZATION: ReadonlySet<number> = new Set([29, 30, 31, 33, 34, 53, 58, 65]);

/** An error code that a broker answered. Stays inside the adapter: callers see the catalogue's errors. */
export class KafkaCodeError extends Error {
  readonly kafkaCode: number;
  readonly what: string;

  /**
   * @param what the request and its object, such as `Fetch of audio.raw-3`
   * @param detail the broker's own words
   */
  constructor(kafkaCode: number, what: string, detail?: string | null) {
    const { name, text } = describeErrorCode(kafkaCode);
    super(`${what} failed with ${name}: ${(detail || text).replace(/\.$/, '')}`);
    this.name = 'KafkaCodeError';
    this.kafkaCode = kafkaCode;
    this.what = what;
  }
}

/** @throws KafkaCodeError unless the code is 0 or one of `allowed` */
export function check(code: number, what: string, ...allowed: readonly number[]): void {
  if (code !== CODE.NONE && !allowed.includes(code)) throw new KafkaCodeError(code, what);
}

/** Whether trying again can help. */
export function isRetriable(error: unknown): boolean {
  if (error instanceof KafkaCodeError) return RETRIABLE.has(error.kafkaCode) || isStarting(error);
  return error instanceof PlantsenseError && error.code === 'BROKER_UNAVAILABLE';
}

/** A cluster whose brokers are not all back yet says that no replica can be placed, as it does of a factor that is too high. */
function isStarting({ kafkaCode, message }: KafkaCodeError): boolean {
  return kafkaCode === CODE.INVALID_REPLICATION_FACTOR && message.includes('brokers are currently fenced');
}

/** Any failure of this adapter as an error of the catalogue. */
export function toBrokerError(error: unknown): PlantsenseError {
  if (error instanceof PlantsenseError) return error;
  if (!(error instanceof KafkaCodeError)) {
    const message = error instanceof Error ? error.message : String(error);
    return new PlantsenseError('INTERNAL', `The Kafka client failed: ${message}`, { cause: error });
  }
  const { kafkaCode, message, what } = error;
  if (isStarting(error)) return new PlantsenseError('BROKER_UNAVAILABLE', `${message}.`);
  if (AUTHORIZATION.has(kafkaCode)) return new PlantsenseError('BROKER_AUTH_FAILED', `${message}.`);
  switch (kafkaCode) {
    case CODE.UNKNOWN_TOPIC_OR_PARTITION:
    case CODE.UNKNOWN_TOPIC_ID:
      return new PlantsenseError('TOPIC_NOT_FOUND', `${what} found no such topic or partition.`);
    case CODE.MESSAGE_TOO_LARGE:
    case CODE.RECORD_LIST_TOO_LARGE:
      return new PlantsenseError('MESSAGE_TOO_LARGE', `${message}.`);
    case CODE.OFFSET_METADATA_TOO_LARGE:
      return new PlantsenseError('CHECKPOINT_TOO_LARGE', `${message}.`);
    case CODE.FENCED_INSTANCE_ID:
      return new PlantsenseError('MEMBER_NAME_IN_USE', `${message}.`);
    case CODE.INVALID_TOPIC:
    case CODE.INVALID_SESSION_TIMEOUT:
    case CODE.INCONSISTENT_GROUP_PROTOCOL:
    case CODE.INVALID_PARTITIONS:
    case CODE.INVALID_REPLICATION_FACTOR:
    case CODE.INVALID_CONFIG:
    case CODE.POLICY_VIOLATION:
      return new PlantsenseError('PARAMETER_INVALID', `${message}.`);
    default:
      return new PlantsenseError('BROKER_UNAVAILABLE', `${message}.`);
  }
}
