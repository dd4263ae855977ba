import { SEGMENT_DEFAULTS, Segmenter, type SegmentOptions } from '../audio/segments.js';
import type { Broker, Message } from '../broker/port.js';
import { PlantsenseError } from '../errors.js';
import { idRank } from '../lifecycle/machine-model/id-rank.js';
import { segmentFeatureSet } from '../lifecycle/machine-model/segment-features.js';
import {
  type SegmentKind,
  SegmentWindow,
  type TopicSegment,
} from '../lifecycle/machine-model/segment-window.js';
import { codec } from '../records/codec.js';
import { tensorFloats } from '../records/tensor-bytes.js';
import type { MachineFeatures, SeenOffset } from '../records/types.js';
import { decodedOrNull } from './decoded-or-null.js';
import { readToEnd } from './follow-topic.js';

/** What to learn from. */
export interface MachineTopic {
  readonly topic: string;
  /** The machine; null for all of them. */
  readonly sensor: string | null;
  /** How far back from its newest segment. */
  readonly windowHours: number;
}

/** What a topic has had. */
export interface MachineWindow {
  readonly window: SegmentWindow;
  /** Segments of each sensor of the topic, silent ones too. */
  readonly sensors: ReadonlyMap<string, number>;
  readonly seen: readonly SeenOffset[];
}

/**
 * Reads a topic of segments from end to end, and keeps where they are.
 * @throws PlantsenseError TOPIC_NOT_FOUND, BROKER_UNAVAILABLE; the signal's reason when it is aborted
 */
export async function readMachineWindow(
  broker: Broker,
  { topic, sensor, windowHours }: MachineTopic,
  signal: AbortSignal,
): Promise<MachineWindow> {
  const window = new SegmentWindow(windowHours);
  const sensors = new Map<string, number>();
  const seen = new Map<number, SeenOffset>();
  for await (const messages of readToEnd(broker, topic, signal)) {
    for (const message of messages) {
      const { partition, offset } = message;
      seen.set(partition, { topic, partition, offset: offset + 1 });
      const features = decodeSegment(message);
      if (!features) continue;
      sensors.set(features.sensor, (sensors.get(features.sensor) ?? 0) + 1);
      if (sensor !== null && features.sensor !== sensor) continue;
      if (isLearnable(features)) window.add(topicSegment(features, message), features);
    }
  }
  signal.throwIfAborted();
  return { window, sensors, seen: [...seen.values()] };
}

/** A message as a segment; null for what is none: whoever scores it makes a dead letter of it. */
export function decodeSegment({ value }: Pick<Message, 'value'>): MachineFeatures | null {
  const features = decodedOrNull(bytes => codec('machine-features').decode(bytes), value);
  return features?.shape.length === 2 ? features : null;
}

/** Not digital silence, all of whose values are 0, and nothing that is no number. */
export function isLearnable({ tensor }: MachineFeatures): boolean {
  const values = tensorFloats(tensor);
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += Math.abs(values[i]!);
  return sum > 0 && Number.isFinite(sum);
}

export function topicSegment(
  { sensor, streamId, firstSample, startTimeUs, segmentId }: MachineFeatures,
  { partition, offset }: Message,
): TopicSegment {
  return { sensor, streamId, firstSample, startTimeUs, rank: idRank(segmentId), partition, offset };
}

/**
 * The options that segments of a topic were cut with. A tensor has their id only.
 *
 * @param expected what they should be; null when nothing says it: only the defaults are known then
 * @param whose these are, for people
 * @throws PlantsenseError FEATURES_MISMATCH
 */
export function segmentOptionsOfTopic(
  topic: string,
  { featureSet, shape }: SegmentKind,
  expected: Partial<SegmentOptions> | null,
  whose = "the topology's `segment` options",
): SegmentOptions {
  const options: SegmentOptions = { ...SEGMENT_DEFAULTS, ...expected };
  const wanted = segmentFeatureSet(options);
  const { bins } = new Segmenter(options);
  if (featureSet === wanted && shape[0] === bins && shape[1] === options.width) return options;
  throw new PlantsenseError(
    'FEATURES_MISMATCH',
    `The newest segments of ${topic} are ${shape.join(' x ')} of the feature set ${featureSet}; ` +
      `${expected ? whose : 'the default options'} give ${bins} x ${options.width} of ${wanted}.`,
  );
}

/** Reads single messages of a topic, wherever they lie. */
export class SegmentFetcher {
  readonly #broker: Broker;
  readonly #topic: string;
  readonly #readers = new Map<number, Awaited<ReturnType<Broker['reader']>>>();
  /** What came with a message that was asked for, by partition. */
  readonly #ahead = new Map<number, readonly Message[]>();
  #messageBytes = 1;

  constructor(broker: Broker, topic: string) {
    this.#broker = broker;
    this.#topic = topic;
  }

  /**
   * @param following offsets after it that will be asked for next
   * @returns null when retention has deleted it
   * @throws PlantsenseError BROKER_UNAVAILABLE
   */
  async fetch(
    { partition, offset }: TopicSegment,
    following: number,
    signal: AbortSignal,
  ): Promise<{ readonly features: MachineFeatures; readonly tensor: Float32Array } | null> {
    let message = this.#ahead.get(partition)?.find(each => each.offset === offset);
    if (!message) {
      const messages = await this.#read(partition, offset, (1 + following) * this.#messageBytes, signal);
      signal.throwIfAborted();
      this.#ahead.set(partition, messages);
      message = messages.find(each => each.offset === offset);
    }
    const features = message && decodeSegment(message);
    if (!features) return null;
    this.#messageBytes = message?.value?.byteLength ?? 1;
    return { features, tensor: tensorFloats(features.tensor) };
  }

  async close(): Promise<void> {
    for (const reader of this.#readers.values()) await reader.close();
  }

  async #read(partition: number, offset: number, bytes: number, signal: AbortSignal) {
    let reader = this.#readers.get(partition);
    if (!reader) {
      reader = await this.#broker.reader({ topic: this.#topic, partition }, offset);
      this.#readers.set(partition, reader);
    }
    if (reader.position !== offset) reader.seek(offset);
    try {
      return await reader.fetch(bytes, signal);
    } catch (error) {
      if (error instanceof PlantsenseError && error.code === 'OFFSET_OUT_OF_RANGE') return [];
      throw error;
    }
  }
}
