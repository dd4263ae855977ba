import { PlantsenseError } from '../../errors.js';
import type { TopicConfig } from '../port.js';

export const DEFAULT_MAX_MESSAGE_BYTES = 1_048_576;
/** Far beyond any chunk, and well inside what a record's length field and a Buffer can hold. */
const LARGEST_MESSAGE_BYTES = 1024 ** 3;
const MAX_PARTITIONS = 10_000;

/** Kafka's rule, so that a topology runs on both. @throws PlantsenseError PARAMETER_INVALID */
export function checkTopicName(name: string): void {
  if (/^[a-zA-Z0-9._-]{1,249}$/.test(name) && name !== '.' && name !== '..') return;
  throw new PlantsenseError(
    'PARAMETER_INVALID',
    `"${name}" can't be a topic: use letters, digits, ".", "_" and "-".`,
  );
}

/** The settings with their defaults. @throws PlantsenseError PARAMETER_INVALID */
export function completeConfig(config: TopicConfig): TopicConfig {
  const { partitions, cleanupPolicy = 'delete', retentionMs, retentionBytes } = config;
  const { maxMessageBytes = DEFAULT_MAX_MESSAGE_BYTES } = config;
  checkRange('partitions', partitions, 1, MAX_PARTITIONS);
  checkRange('maxMessageBytes', maxMessageBytes, 1, LARGEST_MESSAGE_BYTES);
  if (retentionMs !== undefined) checkRange('retentionMs', retentionMs, 1, Number.MAX_SAFE_INTEGER);
  if (retentionBytes !== undefined) checkRange('retentionBytes', retentionBytes, 1, Number.MAX_SAFE_INTEGER);
  return {
    partitions,
    cleanupPolicy,
    ...(retentionMs !== undefined && { retentionMs }),
    ...(retentionBytes !== undefined && { retentionBytes }),
    maxMessageBytes,
  };
}

function checkRange(name: string, value: number, low: number, high: number): void {
  if (Number.isInteger(value) && value >= low && value <= high) return;
  throw new PlantsenseError(
    'PARAMETER_INVALID',
    `${name} is ${value}, but must be a whole number from ${low} to ${high}.`,
  );
}
