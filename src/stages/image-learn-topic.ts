import type { Broker } from '../broker/port.js';
import { ImageWindow } from '../lifecycle/image-model/image-window.js';
import { tensorFloats } from '../records/tensor-bytes.js';
import type { ImageFeatures, ModelAnnouncement } from '../records/types.js';
import { decodedOrNull } from './decoded-or-null.js';
import { readToEnd } from './follow-topic.js';
import { decodeImageFeatures } from './image-vector.js';

const US_PER_HOUR = 3_600_000_000;

/** How far the partitions of a topic have been read. */
export type Positions = ReadonlyMap<number, number>;

/** What a topic of features holds. */
export interface TopicCounts {
  /** Pictures that it holds now, and that it has ever had. */
  readonly held: number;
  readonly ever: number;
  readonly ends: Positions;
}

/** A picture at the end of the topic. */
export type NewestImage = Pick<ImageFeatures, 'timeUs' | 'encoder'> & { readonly dimensions: number };

export async function countImages(broker: Broker, topic: string): Promise<TopicCounts> {
  const offsets = await broker.admin.offsets(topic);
  return {
    held: offsets.reduce((sum, { earliest, latest }) => sum + latest - earliest, 0),
    ever: offsets.reduce((sum, { latest }) => sum + latest, 0),
    ends: new Map(offsets.map(({ partition, latest }) => [partition, latest])),
  };
}

/** Positions of a card or an announcement, of a topic; null when it was made of something else. */
export function positionsOf(seen: ModelAnnouncement['seen'], topic: string): Positions | null {
  const own = seen.filter(each => each.topic === topic);
  return own.length === 0 ? null : new Map(own.map(({ partition, offset }) => [partition, offset]));
}

/** How many messages lie between. What ends before it begins was made anew: all of it has come since. */
export function imagesSince(from: Positions, { ends }: TopicCounts): number {
  return [...ends].reduce((sum, [partition, end]) => {
    const start = from.get(partition) ?? 0;
    return sum + (start > end ? end : end - start);
  }, 0);
}

/** Pictures at the end of each partition that are looked at. */
const LAST_IMAGES = 16;
/** What came to the topic so long before it was taken is of a wrong clock, unless all pictures are: those are simulated. */
const MOST_AHEAD_US = US_PER_HOUR;

/** The newest of the last pictures of the partitions; null when there is none. */
export async function readNewest(
  broker: Broker,
  topic: string,
  signal: AbortSignal,
): Promise<NewestImage | null> {
  let newest: (NewestImage & { readonly isAhead: boolean }) | null = null;
  const offsets = await broker.admin.offsets(topic);
  const from = new Map(offsets.map(({ partition, latest }) => [partition, latest - LAST_IMAGES]));
  for await (const messages of readToEnd(broker, topic, signal, from)) {
    for (const message of messages) {
      const features = decodedOrNull(decodeImageFeatures, message.value);
      if (!features) continue;
      const { timeUs, encoder, shape } = features;
      const isAhead = timeUs > 1000 * message.timestampMs + MOST_AHEAD_US;
      if (newest && (isAhead === newest.isAhead ? timeUs < newest.timeUs : isAhead)) continue;
      newest = { timeUs, encoder, dimensions: shape[0]!, isAhead };
    }
  }
  return newest;
}

/** What of a topic is learnt from. */
export interface ImageRequest {
  readonly topic: string;
  readonly newest: NewestImage;
  /** How far from the newest: what is later by more is of a wrong clock. */
  readonly windowHours: number;
  /** Of more a sample. */
  readonly most: number;
  /** What was learnt already is left out; null: nothing was. */
  readonly from: Positions | null;
}

/** Pictures to learn from, and how many were left out. */
export interface ReadImages {
  readonly window: ImageWindow;
  /** Pictures of other encoders. */
  readonly others: number;
}

/**
 * Reads pictures that have features of the same encoder as the newest.
 * @throws PlantsenseError TOPIC_NOT_FOUND, BROKER_UNAVAILABLE; the signal's reason when it is aborted
 */
export async function readImages(
  broker: Broker,
  { topic, newest, windowHours, most, from }: ImageRequest,
  signal: AbortSignal,
): Promise<ReadImages> {
  const { encoder, dimensions, timeUs: newestUs } = newest;
  const window = new ImageWindow(encoder, dimensions, most);
  let others = 0;
  const { ends } = await countImages(broker, topic);
  const start = [...(from ?? [])].filter(([partition, offset]) => offset <= (ends.get(partition) ?? 0));
  // Where nothing new has come the next one begins there too.
  for (const [partition, offset] of start) window.saw(topic, partition, offset);
  for await (const messages of readToEnd(broker, topic, signal, new Map(start))) {
    for (const message of messages) {
      window.saw(topic, message.partition, message.offset + 1);
      const features = decodedOrNull(decodeImageFeatures, message.value);
      if (!features || Math.abs(newestUs - features.timeUs) > windowHours * US_PER_HOUR) continue;
      if (features.encoder !== encoder || features.shape[0] !== dimensions) {
        others++;
        continue;
      }
      const { frameId: id, timeUs, nearLabel, tensor } = features;
      window.add({ id, timeUs, nearLabel, features: tensorFloats(tensor) });
    }
  }
  signal.throwIfAborted();
  return { window, others };
}
