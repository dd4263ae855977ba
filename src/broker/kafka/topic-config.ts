import type { TopicConfig } from '../port.js';

/** Kafka writes "no limit" as -1. */
const UNLIMITED = -1;
const DEFAULT_MAX_MESSAGE_BYTES = 1_048_576;

/** The settings of a topic that the port knows, by Kafka's names. */
export const CONFIG_NAMES = [
  'cleanup.policy',
  'retention.ms',
  'retention.bytes',
  'max.message.bytes',
] as const;

/** All four are always set: the cluster's own defaults, a week of retention among them, are not the port's. */
export function configToKafka(config: TopicConfig): Record<(typeof CONFIG_NAMES)[number], string> {
  return {
    'cleanup.policy': config.cleanupPolicy ?? 'delete',
    'retention.ms': String(config.retentionMs ?? UNLIMITED),
    'retention.bytes': String(config.retentionBytes ?? UNLIMITED),
    'max.message.bytes': String(config.maxMessageBytes ?? DEFAULT_MAX_MESSAGE_BYTES),
  };
}

type DescribedConfig = Pick<
  TopicConfig,
  'cleanupPolicy' | 'retentionMs' | 'retentionBytes' | 'maxMessageBytes'
>;

export function configFromKafka(configs: ReadonlyMap<string, string | null>): DescribedConfig {
  const number = (name: string) => Number(configs.get(name) ?? UNLIMITED);
  const [retentionMs, retentionBytes] = [number('retention.ms'), number('retention.bytes')];
  return {
    // `compact,delete` keeps the last value of each key, for a time.
    cleanupPolicy: configs.get('cleanup.policy')?.includes('compact') ? 'compact' : 'delete',
    maxMessageBytes: number('max.message.bytes'),
    ...(retentionMs >= 0 ? { retentionMs } : {}),
    ...(retentionBytes >= 0 ? { retentionBytes } : {}),
  };
}
