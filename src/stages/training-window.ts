import type { LogMelOptions } from '../audio/log-mel.js';
import type { Broker } from '../broker/port.js';
import { PlantsenseError } from '../errors.js';
import type { NoiseTrainingSet } from '../lifecycle/noise-training-set.js';
import { NoiseTrainingWindow } from '../lifecycle/noise-training-window.js';
import { tensorFloats } from '../records/tensor-bytes.js';
import type { NoiseFeatures } from '../records/types.js';
import { decodedOrNull } from './decoded-or-null.js';
import { decodeEventFeatures } from './event-features.js';
import { readToEnd } from './follow-topic.js';
import { optionsOfTensors } from './options-of-tensors.js';

const US_PER_HOUR = 3_600_000_000;

/** What to learn from. */
export interface FeatureTopic {
  readonly topic: string;
  /** How far back from its newest event. */
  readonly windowHours: number;
  /** What its tensors are made with; null when the topology has no stage that makes them. */
  readonly logMel: Partial<LogMelOptions> | null;
}

/**
 * The events of the last hours of a topic of features, counted back from its newest event; of more than 20,000 a sample.
 * Tensors of another feature set or shape than the newest event's, from before a change of the options, are left out.
 *
 * @param tensorPath where to keep their spectrograms, for networks; null for models that need none
 * @throws PlantsenseError TOPIC_NOT_FOUND; TRAINING_DATA_INSUFFICIENT when the topic holds no event; FEATURES_MISMATCH when
 *   its tensors were made with other options; DISK_FULL, FILE_NOT_WRITABLE
 */
export async function readTrainingWindow(
  broker: Broker,
  { topic, windowHours, logMel }: FeatureTopic,
  signal: AbortSignal,
  tensorPath: string | null = null,
): Promise<NoiseTrainingSet> {
  let newest: Pick<NoiseFeatures, 'startTimeUs' | 'featureSet' | 'shape'> | null = null;
  for await (const messages of readToEnd(broker, topic, signal)) {
    for (const message of messages) {
      const features = decodedOrNull(decodeEventFeatures, message.value);
      if (!features || features.startTimeUs < (newest?.startTimeUs ?? 0)) continue;
      const { startTimeUs, featureSet, shape } = features;
      newest = { startTimeUs, featureSet, shape };
    }
  }
  signal.throwIfAborted();
  if (!newest)
    throw new PlantsenseError('TRAINING_DATA_INSUFFICIENT', `The topic ${topic} holds no event to train on.`);
  const { featureSet, shape, startTimeUs: newestUs } = newest;
  const [bands = 0, frames = 0] = shape;
  const featureOptions = optionsOfTensors(topic, featureSet, logMel);
  const window = new NoiseTrainingWindow({ bands, frames, featureSet, featureOptions, tensorPath });
  try {
    for await (const messages of readToEnd(broker, topic, signal)) {
      for (const message of messages) {
        window.saw(topic, message.partition, message.offset + 1);
        const features = decodedOrNull(decodeEventFeatures, message.value);
        if (!features || features.featureSet !== featureSet) continue;
        if (features.shape[0] !== bands || features.shape[1] !== frames) continue;
        if (newestUs - features.startTimeUs > windowHours * US_PER_HOUR) continue;
        const { eventId, startTimeUs: timeUs, tensor } = features;
        await window.add({ eventId, timeUs, featureSet, logMel: tensorFloats(tensor) });
      }
    }
    signal.throwIfAborted();
    return await window.trainingSet();
  } catch (error) {
    await window.abandon();
    throw error;
  }
}
