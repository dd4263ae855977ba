import type { Broker, OutgoingMessage } from '../../broker/port.js';
import { ENCODER, type Picture } from '../../lifecycle/image-model/testing/pictures.js';
import { codec } from '../../records/codec.js';
import { originId } from '../../records/ids.js';
import { tensorBytes } from '../../records/tensor-bytes.js';
import { EXAMPLES } from '../../records/testing/examples.js';
import type { Label } from '../../records/types.js';
import type { ImageLearnOptions } from '../image-learn.js';
import { publishLabels } from '../labels.js';
import type { StageContext } from '../stage.js';
import { testContext } from './stage-context.js';

export const FEATURES = 'features.image';
export const LABELS = 'labels';

/** A stage that learns groups of made-up pictures in a second. */
export const LEARN: ImageLearnOptions = {
  ...{ input: FEATURES, labels: LABELS, outputs: { models: 'models' } },
  model: {
    ...{ algorithms: ['kmeans', 'agglomerative'], minGroups: 3, maxGroups: 4, depth: 1 },
    ...{ rule: 'pareto', subRule: 'pareto', components: 6, classifier: 'decision-tree' },
    ...{ normalLabel: null, novelQuantile: 0.01, seed: 1 },
  },
  ...{ firstAfterImages: 100, windowHours: 24, maxImages: 2000, halfLifeImages: 50, heldOutShare: 0.2 },
  ...{ updateAfterImages: null, refitAfterImages: null, refitAfterHours: null, relabelAfterLabels: null },
  promote: { maxNovelShare: 0.1, maxSilhouetteLoss: 0.1, minKeptShare: 0.5 },
};

/** Id that a picture has in records. */
export function frameIdOf({ id }: Pick<Picture, 'id'>): string {
  return originId('frame', 'cam-1', id, 0);
}

/**
 * Sends features of pictures, in turn to each partition, at the time when they were taken.
 * @param takenLaterUs what the camera's clock is ahead
 */
export async function sendVectors(
  broker: Broker,
  images: readonly Picture[],
  { encoder = ENCODER, partitions = 1, takenLaterUs = 0 } = {},
): Promise<void> {
  const messages = images.map((image, i) => {
    const { timeUs, nearLabel, features } = image;
    const record = {
      ...{ frameId: frameIdOf(image), sensor: 'cam-1', timeUs: timeUs + takenLaterUs, encoder, nearLabel },
      ...{ shape: [features.length], tensor: tensorBytes(features) },
    };
    return {
      ...{ key: 'cam-1', value: codec('image-features').encode(record), partition: i % partitions },
      timestampMs: timeUs / 1000,
    };
  });
  await (await broker.producer()).send(FEATURES, messages);
}

/** Says something of pictures or groups. */
export async function say(broker: Broker, labels: readonly Partial<Label>[]): Promise<void> {
  const whole = labels.map((label, i) => ({
    ...EXAMPLES.label,
    ...{ id: `${i}`.padStart(32, '0'), modelVersion: null },
    ...label,
  }));
  await publishLabels(await broker.producer(), LABELS, whole);
}

/** Makes the topics of a broker, and a stage's context that sends to it and keeps what is logged. */
export async function prepareImages(broker: Broker, dataDir: string, { partitions = 1 } = {}) {
  await broker.admin.createTopic(FEATURES, { partitions });
  await broker.admin.createTopic(LABELS, { partitions: 1 });
  await broker.admin.createTopic('models', { partitions: 1, cleanupPolicy: 'compact' });
  const producer = await broker.producer();
  const logged: string[] = [];
  const send = (topic: string, messages: readonly OutgoingMessage[]) => producer.send(topic, messages);
  const context: StageContext = testContext(broker, send, { dataDir });
  const note = (...args: unknown[]) => void logged.push(String(args.at(-1)));
  const log = { ...context.log, info: note, warn: note } as never;
  return { context: { ...context, log }, logged };
}
