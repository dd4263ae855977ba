import type { TopicConfig, TopicDescription } from '../broker/port.js';
import type { TopicSettings } from './topic-options.js';
import type { Topology } from './topology.js';

const MS_PER_HOUR = 3_600_000;

/** A setting that differs, in the words of the topology. */
export interface TopicChange {
  readonly setting: string;
  readonly from: string;
  readonly to: string;
  /** What the change does to data that is there; null when nothing. */
  readonly warning: string | null;
}

/** What must happen to a topic so that it is as the topology declares it. */
export type TopicAction =
  | { readonly type: 'keep'; readonly topic: string }
  | { readonly type: 'create'; readonly topic: string; readonly config: TopicConfig }
  | {
      readonly type: 'alter';
      readonly topic: string;
      readonly config: TopicConfig;
      readonly changes: readonly TopicChange[];
    }
  | { readonly type: 'refuse'; readonly topic: string; readonly reason: string };

/** Every declared topic, in the broker's words. */
export function desiredTopics(topology: Topology): ReadonlyMap<string, TopicConfig> {
  return new Map([...topology.topics].map(([name, settings]) => [name, topicConfig(settings)]));
}

export function topicConfig(settings: TopicSettings): TopicConfig {
  const { partitions, cleanup, retentionHours, retentionBytes, maxMessageBytes, replicationFactor } =
    settings;
  const isDeleted = cleanup === 'delete';
  return {
    partitions,
    cleanupPolicy: cleanup,
    maxMessageBytes,
    ...(isDeleted && retentionHours !== null
      ? { retentionMs: Math.round(retentionHours * MS_PER_HOUR) }
      : {}),
    ...(isDeleted && retentionBytes !== undefined ? { retentionBytes } : {}),
    ...(replicationFactor === undefined ? {} : { replicationFactor }),
  };
}

/**
 * Compares the topics that should be with those that are.
 * @param described what the broker says of each desired topic; null or absent when it has none
 */
export function planTopics(
  desired: ReadonlyMap<string, TopicConfig>,
  described: ReadonlyMap<string, TopicDescription | null>,
): readonly TopicAction[] {
  return [...desired].map(([topic, config]) => planTopic(topic, config, described.get(topic) ?? null));
}

function planTopic(topic: string, wanted: TopicConfig, actual: TopicDescription | null): TopicAction {
  if (!actual) return { type: 'create', topic, config: wanted };
  if (wanted.partitions < actual.partitions) {
    const reason = `It has ${actual.partitions} partitions and should have ${wanted.partitions}: partitions can't be removed. Use ${actual.partitions}, or another topic.`;
    return { type: 'refuse', topic, reason };
  }
  if (
    wanted.replicationFactor !== undefined &&
    wanted.replicationFactor !== (actual.replicationFactor ?? 1)
  ) {
    const reason = `It has ${actual.replicationFactor ?? 1} copies and should have ${wanted.replicationFactor}: only the broker's own tools can move them.`;
    return { type: 'refuse', topic, reason };
  }
  const changes = changesOf(wanted, actual);
  return changes.length === 0 ? { type: 'keep', topic } : { type: 'alter', topic, config: wanted, changes };
}

function changesOf(wanted: TopicConfig, actual: TopicConfig): readonly TopicChange[] {
  const isDeleted = (wanted.cleanupPolicy ?? 'delete') === 'delete';
  const changes = [
    change(
      'partitions',
      actual.partitions,
      wanted.partitions,
      'sensors move to other partitions; stop the topology and let it catch up first',
    ),
    change(
      'cleanup',
      actual.cleanupPolicy ?? 'delete',
      wanted.cleanupPolicy ?? 'delete',
      isDeleted ? 'old messages are deleted' : 'of each key only the last message is kept',
    ),
    change(
      'max_message_bytes',
      actual.maxMessageBytes ?? 1_048_576,
      wanted.maxMessageBytes ?? 1_048_576,
      null,
    ),
  ];
  // A compacted topic keeps what it keeps, whatever a retention says.
  if (isDeleted) {
    changes.push(
      change(
        'retention_hours',
        hours(actual.retentionMs),
        hours(wanted.retentionMs),
        shrinks(actual.retentionMs, wanted.retentionMs),
      ),
      change(
        'retention_bytes',
        actual.retentionBytes ?? 'unlimited',
        wanted.retentionBytes ?? 'unlimited',
        shrinks(actual.retentionBytes, wanted.retentionBytes),
      ),
    );
  }
  return changes.flatMap(found => found ?? []);
}

function change(
  setting: string,
  from: string | number,
  to: string | number,
  warning: string | null,
): TopicChange | null {
  return from === to ? null : { setting, from: String(from), to: String(to), warning };
}

function shrinks(from: number | undefined, to: number | undefined): string | null {
  return (to ?? Number.POSITIVE_INFINITY) < (from ?? Number.POSITIVE_INFINITY)
    ? 'older messages are deleted'
    : null;
}

function hours(ms: number | undefined): string | number {
  return ms === undefined ? 'forever' : ms / MS_PER_HOUR;
}
