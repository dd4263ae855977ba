import type { SegmentOptions } from '../audio/segments.js';
import type { Broker } from '../broker/port.js';
import { PlantsenseError } from '../errors.js';
import type { MachineModel } from '../lifecycle/machine-model/machine-model.js';
import type { MachineTrainingSet } from '../lifecycle/machine-model/machine-training-set.js';
import { collectMachineSet } from '../stages/machine-training-set.js';
import {
  type MachineWindow,
  readMachineWindow,
  segmentOptionsOfTopic,
} from '../stages/machine-training-topic.js';
import type { TopicSource } from './train-machine-plan.js';

/** Most sensors that an error names. */
const MOST_NAMED = 10;

/** A training set, and what its segments were cut with. */
export interface TopicTrainingSet extends MachineTrainingSet {
  readonly segment: SegmentOptions;
}

/**
 * Makes the training set of a topic: all of its window but digital silence.
 *
 * @param parent the model that the training goes on from: it says how its segments are cut
 * @param path of the tensors (.npy)
 * @throws PlantsenseError TOPIC_NOT_FOUND, TRAINING_DATA_INSUFFICIENT, FEATURES_MISMATCH, DISK_FULL, FILE_NOT_WRITABLE
 */
export async function readTopicSet(
  broker: Broker,
  source: TopicSource,
  parent: MachineModel | null,
  path: string,
  signal: AbortSignal,
): Promise<TopicTrainingSet> {
  const { topic, maxSegments, blockSegments } = source;
  const found = await readMachineWindow(broker, source, signal);
  const { window, seen } = found;
  if (!window.kind) throw nothingFound(source, found);
  const expected =
    source.segment ??
    (parent && { options: parent.details.segment, whose: `the segments of model ${parent.version}` });
  const segment = segmentOptionsOfTopic(topic, window.kind, expected?.options ?? null, expected?.whose);
  const set = await collectMachineSet(
    broker,
    { topic, window, segment, maxSegments, blockSegments, seen, judge: false, reservoir: [] },
    path,
    signal,
  );
  return { ...set, segment };
}

function nothingFound({ topic, sensor }: TopicSource, { sensors }: MachineWindow): PlantsenseError {
  const named = [...sensors.keys()].sort();
  const others = named.length > MOST_NAMED ? ` and ${named.length - MOST_NAMED} more` : '';
  const heard = `${named.slice(0, MOST_NAMED).join(', ')}${others}`;
  if (named.length === 0)
    return new PlantsenseError(
      'TRAINING_DATA_INSUFFICIENT',
      `The topic ${topic} holds no segment to train on.`,
    );
  if (sensor !== null && !sensors.has(sensor))
    return new PlantsenseError(
      'TRAINING_DATA_INSUFFICIENT',
      `The topic ${topic} holds no segment of ${sensor}, only of ${heard}.`,
    );
  return new PlantsenseError(
    'TRAINING_DATA_INSUFFICIENT',
    `All segments of ${sensor ?? heard} in ${topic} are digital silence.`,
  );
}
