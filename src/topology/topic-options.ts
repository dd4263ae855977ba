import { z } from 'zod';
import { integer, named, number, options, topicName } from './options.js';

const topic = options({
  partitions: integer(1, 10_000)
    .default(4)
    .describe('Parts that are read in parallel. All chunks or pictures of a sensor are in one of them.'),
  cleanup: z
    .enum(['delete', 'compact'])
    .default('delete')
    .describe(
      '`delete` drops what is older than the retention; `compact` keeps the last message of each key.',
    ),
  retention_hours: z
    .union([number(0.01, 1_000_000), z.literal('forever')])
    .transform(value => (value === 'forever' ? null : value))
    .prefault(168)
    .describe('How long messages are kept at least, or `forever`. Not used by a compacted topic.'),
  retention_bytes: integer(1_048_576, 1e15)
    .optional()
    .describe('The size of a partition beyond which its oldest messages are deleted too. Absent: no limit.'),
  max_message_bytes: integer(1024, 104_857_600)
    .default(1_048_576)
    .describe('The largest message that the topic takes.'),
  replication_factor: integer(1, 15)
    .optional()
    .describe(
      'Copies on different brokers; Kafka only. Absent: one when the topic is created, and any is accepted.',
    ),
});

export const topicsOptions = named(topicName, topic).describe(
  'Every topic that a stage reads or writes, by name. `plantsense topics apply` makes them so.',
);

export type TopicSettings = z.output<typeof topic>;
