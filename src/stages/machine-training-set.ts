import type { SegmentOptions } from '../audio/segments.js';
import type { Broker } from '../broker/port.js';
import { PlantsenseError } from '../errors.js';
import {
  type ChosenSegments,
  chooseSegments,
  type Stretch,
} from '../lifecycle/machine-model/choose-segments.js';
import {
  MachineSetCollector,
  type MachineTrainingSet,
  type TrainingSegment,
} from '../lifecycle/machine-model/machine-training-set.js';
import { segmentDuration } from '../lifecycle/machine-model/segment-duration.js';
import type { SegmentWindow, TopicSegment } from '../lifecycle/machine-model/segment-window.js';
import type { SeenOffset } from '../records/types.js';
import { SegmentFetcher } from './machine-training-topic.js';

export interface MachineSetRequest {
  readonly topic: string;
  readonly window: SegmentWindow;
  /** What the window's segments were cut with. */
  readonly segment: SegmentOptions;
  readonly maxSegments: number;
  /** Of neighbours that are learnt from or tell thresholds together. */
  readonly blockSegments: number;
  /** Which segments may be used. Default: all. */
  readonly accepts?: (segment: TopicSegment) => boolean;
  /** Whether a part is wanted that the model is judged by. */
  readonly judge: boolean;
  /** Segments of before, to learn from too. */
  readonly reservoir: readonly TrainingSegment[];
  readonly seen: readonly SeenOffset[];
}

/** Neighbours in a topic that are fetched at once: 1 MB. */
const MOST_AT_ONCE = 7;

/**
 * Makes a training set of a window: chooses segments and fetches their tensors into a file, one in memory at a time.
 *
 * @param path of the file (.npy)
 * @throws PlantsenseError TRAINING_DATA_INSUFFICIENT, DISK_FULL, FILE_NOT_WRITABLE, BROKER_UNAVAILABLE; the signal's reason
 *   when it is aborted
 */
export async function collectMachineSet(
  broker: Broker,
  request: MachineSetRequest,
  path: string,
  signal: AbortSignal,
): Promise<MachineTrainingSet> {
  const { topic, window, segment, maxSegments, blockSegments, judge, reservoir, seen } = request;
  const kind = window.kind;
  if (!kind)
    throw new PlantsenseError('TRAINING_DATA_INSUFFICIENT', `${topic} holds no segment to train on.`);
  const { accepts = () => true } = request;
  const remembered = new Set(reservoir.map(({ rank }) => rank));
  const { samples: length, ...times } = segmentDuration(segment);
  const chosen = chooseSegments(window.segments().filter(accepts), {
    ...{ length, stride: (segment.nFft - segment.overlap) * segment.step, judge },
    maxTraining: maxSegments,
    blockSegments,
  });
  const collector = new MachineSetCollector(path, kind, times);
  const fetcher = new SegmentFetcher(broker, topic);
  try {
    if (reservoir.length > 0) await collector.add('training', 'reservoir', reservoir);
    for (const part of ['training', 'validation', 'judged'] as const satisfies (keyof ChosenSegments)[])
      for (const stretch of chosen[part]) {
        const fresh = part === 'training' ? stretch.filter(({ rank }) => !remembered.has(rank)) : stretch;
        if (fresh.length > 0) await collector.add(part, nameOf(fresh[0]!), tensors(fetcher, fresh, signal));
      }
    return await collector.finish({ newestUs: window.newestUs, seen });
  } catch (error) {
    await collector.abandon();
    throw error;
  } finally {
    await fetcher.close();
  }
}

function nameOf({ sensor, streamId, firstSample }: TopicSegment): string {
  return `${sensor} ${streamId} ${firstSample}`;
}

async function* tensors(
  fetcher: SegmentFetcher,
  stretch: Stretch,
  signal: AbortSignal,
): AsyncGenerator<TrainingSegment> {
  for (const [i, segment] of stretch.entries()) {
    const last = segment.offset + MOST_AT_ONCE;
    const following = stretch.slice(i + 1, i + MOST_AT_ONCE).filter(({ offset }) => offset < last).length;
    const fetched = await fetcher.fetch(segment, following, signal);
    if (!fetched) continue;
    yield { rank: segment.rank, startTimeUs: segment.startTimeUs, tensor: fetched.tensor };
  }
}
