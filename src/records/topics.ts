import type { RecordName } from './codec.js';

/** The design's topics and the record that each carries. */
export const TOPIC_RECORDS = {
  'audio.raw': 'audio-chunk',
  'image.raw': 'image-frame',
  'noise.levels': 'noise-levels',
  'noise.events': 'noise-event',
  'features.noise': 'noise-features',
  'features.machine': 'machine-features',
  'features.image': 'image-features',
  'noise.assignments': 'noise-assignment',
  'image.assignments': 'image-assignment',
  'machine.scores': 'machine-score',
  alarms: 'alarm',
  models: 'model-announcement',
  labels: 'label',
} as const satisfies Readonly<Record<string, RecordName>>;

export type Topic = keyof typeof TOPIC_RECORDS;

/** Records that also come from elsewhere than stages: recorders, cameras, trainings by hand, people. */
const FROM_OUTSIDE: readonly RecordName[] = ['audio-chunk', 'image-frame', 'model-announcement', 'label'];

/** Whether a topic is one of the design's that others than stages write. */
export function comesFromOutside(topic: string): boolean {
  const records: Readonly<Record<string, RecordName>> = TOPIC_RECORDS;
  return Object.hasOwn(records, topic) && FROM_OUTSIDE.includes(records[topic]!);
}

const DEAD_LETTER_SUFFIX = '.dead-letter';

/** Whether messages go there that can never be processed. */
export function isDeadLetterTopic(topic: string): boolean {
  return topic.endsWith(DEAD_LETTER_SUFFIX);
}
