import { PlantsenseError } from '../../errors.js';
import { idRank } from './id-rank.js';
import type { TopicSegment } from './segment-window.js';

/** Segments that follow each other without a gap, or some of them where a sample was taken. */
export type Stretch = readonly TopicSegment[];

/** What is learnt from, what tells thresholds, and what a model is judged by: no two of them share sound. */
export interface ChosenSegments {
  readonly training: readonly Stretch[];
  readonly validation: readonly Stretch[];
  readonly judged: readonly Stretch[];
}

export interface ChooseOptions {
  /** Samples from one segment's start to the next one's. */
  readonly stride: number;
  /** Samples of a segment. */
  readonly length: number;
  /** Most segments to learn from; of more a sample is taken. */
  readonly maxTraining: number;
  /** Whether a part is wanted that a model is judged by. */
  readonly judge: boolean;
  /** Segments of a block: neighbours that go into one part. Default `BLOCK_SEGMENTS`. */
  readonly blockSegments?: number;
}

type Part = keyof ChosenSegments;

/** Segments of a block unless told otherwise: four means of 20, 55 s of the default segments. */
export const BLOCK_SEGMENTS = 80;
/** Of the segments, for each part that is not learnt from. */
const HELD_OUT_SHARE = 0.2;
/** Enough for 50 independent means of 20, with what is left over at the ends of blocks. */
const MOST_HELD_OUT = 1250;

/**
 * Parts the sound of machines. Neighbouring segments share sound and resemble each other, so a stream is cut in blocks of
 * them, each of which is in one part as a whole, by a hash of where it lies. Segments that share sound with those of
 * another part are left out. What is held out stays together, for means of 20; what is learnt from is a sample of segments,
 * each as likely as any other: those of lowest rank.
 *
 * The answer depends on which segments there are, and on nothing else.
 *
 * @param segments sorted by sensor, stream and sample, once each
 * @throws PlantsenseError TRAINING_DATA_INSUFFICIENT
 */
export function chooseSegments(segments: readonly TopicSegment[], options: ChooseOptions): ChosenSegments {
  const { stride, maxTraining, judge, blockSegments = BLOCK_SEGMENTS } = options;
  const blocks = blocksOf(segments, blockSegments * stride);
  const heldOut: readonly Part[] = judge ? ['judged', 'validation'] : ['validation'];
  if (blocks.length <= heldOut.length)
    throw new PlantsenseError(
      'TRAINING_DATA_INSUFFICIENT',
      `${segments.length} segments lie in ${blocks.length} ${blocks.length === 1 ? 'block' : 'blocks'} of ${blockSegments}, and ${heldOut.length + 1} are needed at ` +
        'least: what thresholds are told by is not what the network learns from.',
    );
  const wanted = heldOutSegments(segments.length, maxTraining, heldOut.length);
  const parts = new Map<TopicSegment, Part>();
  const ranked = blocks.toSorted((a, b) => a.rank - b.rank || (a.name < b.name ? -1 : 1));
  let next = 0;
  heldOut.forEach((part, i) => {
    const toCome = heldOut.length - i;
    for (let taken = 0; taken < wanted && ranked.length - next > toCome; ) {
      const block = ranked[next++]!;
      taken += block.segments.length;
      for (const segment of block.segments) parts.set(segment, part);
    }
  });
  const partOf = (segment: TopicSegment) => parts.get(segment) ?? 'training';
  const apart = withoutSharedSound(segments, partOf, options.length);
  const learnt = segments.filter(segment => apart.has(segment) && partOf(segment) === 'training');
  const sample = new Set(lowestRanks(learnt, maxTraining));
  const stretches = (part: Part) =>
    stretchesOf(
      blocks.map(block => block.segments.filter(segment => partOf(segment) === part && apart.has(segment))),
      stride,
    );
  return {
    training: stretches('training')
      .map(stretch => stretch.filter(segment => sample.has(segment)))
      .filter(({ length }) => length > 0),
    validation: stretches('validation'),
    judged: stretches('judged'),
  };
}

/** Those of lowest rank, at most as many. */
export function lowestRanks<T extends { readonly rank: number }>(from: readonly T[], most: number): T[] {
  return from.length <= most ? [...from] : from.toSorted((a, b) => a.rank - b.rank).slice(0, most);
}

/** A fifth, or what training would leave over anyway. */
function heldOutSegments(segments: number, maxTraining: number, parts: number): number {
  const spare = (segments - maxTraining) / parts;
  return Math.min(MOST_HELD_OUT, Math.max(HELD_OUT_SHARE * segments, spare));
}

interface Block {
  readonly name: string;
  readonly rank: number;
  readonly segments: readonly TopicSegment[];
}

function blocksOf(segments: readonly TopicSegment[], samples: number): Block[] {
  const blocks = new Map<string, TopicSegment[]>();
  for (const segment of segments) {
    const { sensor, streamId, firstSample } = segment;
    const name = JSON.stringify([sensor, streamId, Math.floor(firstSample / samples)]);
    const block = blocks.get(name);
    if (block) block.push(segment);
    else blocks.set(name, [segment]);
  }
  return [...blocks].map(([name, inside]) => ({ name, rank: idRank(name), segments: inside }));
}

/** All but those whose sound is also in a segment of another part: rather of training, which has most. */
function withoutSharedSound(
  segments: readonly TopicSegment[],
  partOf: (segment: TopicSegment) => Part,
  length: number,
): ReadonlySet<TopicSegment> {
  const kept = new Set(segments);
  segments.forEach((segment, i) => {
    for (let j = i + 1; j < segments.length; j++) {
      const later = segments[j]!;
      if (!isSameStream(segment, later) || later.firstSample - segment.firstSample >= length) break;
      if (partOf(later) === partOf(segment)) continue;
      kept.delete(partOf(later) === 'training' ? later : segment);
    }
  });
  return kept;
}

/** Cuts blocks where a segment is missing. */
function stretchesOf(blocks: readonly Stretch[], stride: number): Stretch[] {
  return blocks.flatMap(block => {
    const stretches: TopicSegment[][] = [];
    for (const segment of block) {
      const last = stretches.at(-1)?.at(-1);
      if (last && segment.firstSample - last.firstSample === stride) stretches.at(-1)!.push(segment);
      else stretches.push([segment]);
    }
    return stretches;
  });
}

function isSameStream(a: TopicSegment, b: TopicSegment): boolean {
  return a.sensor === b.sensor && a.streamId === b.streamId;
}
