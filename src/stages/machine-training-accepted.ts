import type { Broker } from '../broker/port.js';
import type { TopicSegment } from '../lifecycle/machine-model/segment-window.js';
import { codec } from '../records/codec.js';
import type { MachineScore } from '../records/types.js';
import { decodedOrNull } from './decoded-or-null.js';
import { readToEnd } from './follow-topic.js';

export interface AcceptedRequest {
  /** Of scores. */
  readonly topic: string;
  /** The machine. */
  readonly sensor: string;
  /** Older ones are left out. */
  readonly fromUs: number;
}

/** Segments that a machine may be learnt from. */
export interface AcceptedSegments {
  /** Event time of the newest that has any verdict; -Infinity when none has. */
  readonly newestUs: number;
  has(segment: TopicSegment): boolean;
}

/**
 * Reads a machine's scores: accepted is what was called normal while no alarm was open. The last score of a segment counts.
 * @throws PlantsenseError TOPIC_NOT_FOUND, BROKER_UNAVAILABLE; the signal's reason when it is aborted
 */
export async function readAccepted(
  broker: Broker,
  { topic, sensor, fromUs }: AcceptedRequest,
  signal: AbortSignal,
): Promise<AcceptedSegments> {
  const accepted = new Set<string>();
  let newestUs = Number.NEGATIVE_INFINITY;
  for await (const messages of readToEnd(broker, topic, signal)) {
    for (const message of messages) {
      // Others need no decoding: a day of a hundred machines has twelve million scores.
      if (message.key !== null && message.key !== sensor) continue;
      const score = decodedOrNull(bytes => codec('machine-score').decode(bytes), message.value);
      if (!score || score.sensor !== sensor || score.timeUs < fromUs) continue;
      newestUs = Math.max(newestUs, score.timeUs);
      if (isAccepted(score)) accepted.add(keyOf(score));
      else accepted.delete(keyOf(score));
    }
  }
  signal.throwIfAborted();
  return { newestUs, has: segment => accepted.has(keyOf(segment)) };
}

function isAccepted({ verdict, detectors }: MachineScore): boolean {
  return verdict === 'normal' && !detectors.some(({ alarm }) => alarm);
}

function keyOf({ streamId, firstSample }: Pick<TopicSegment, 'streamId' | 'firstSample'>): string {
  return `${firstSample} ${streamId}`;
}
