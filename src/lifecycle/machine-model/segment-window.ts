/** A segment in a topic, without its tensor. */
export interface TopicSegment {
  readonly sensor: string;
  readonly streamId: string;
  readonly firstSample: number;
  readonly startTimeUs: number;
  /** `idRank` of its id. */
  readonly rank: number;
  readonly partition: number;
  readonly offset: number;
}

/** What a segment's tensor is: other ones are not to be mixed with it. */
export interface SegmentKind {
  readonly featureSet: string;
  /** `[bins, columns]`. */
  readonly shape: readonly number[];
}

const US_PER_HOUR = 3_600_000_000;
/** Share of the list that may lie before the window until it is cut. */
const SLACK = 0.25;

/**
 * Which segments a topic has had of a machine, or of several, in the last hours of its own time: 150 bytes a segment, their
 * tensors stay in the topic. It holds segments of one kind, that of the newest one: from a change of options on it begins
 * anew.
 */
export class SegmentWindow {
  readonly #lengthUs: number;
  #segments: TopicSegment[] = [];
  #kind: SegmentKind | null = null;
  #newestUs = Number.NEGATIVE_INFINITY;
  #seen = 0;
  /** The first of the list that is not known to lie before the window. */
  #first = 0;

  /** @param windowHours how far back from its newest segment */
  constructor(windowHours: number) {
    this.#lengthUs = windowHours * US_PER_HOUR;
  }

  add(segment: TopicSegment, { featureSet, shape }: SegmentKind): void {
    const isNewest = segment.startTimeUs >= this.#newestUs;
    if (!this.#kind || featureSet !== this.#kind.featureSet || !isEqual(shape, this.#kind.shape)) {
      if (!isNewest) return;
      this.#kind = { featureSet, shape: [...shape] };
      this.#segments = [];
      this.#first = 0;
    }
    if (isNewest) this.#newestUs = segment.startTimeUs;
    this.#seen++;
    this.#segments.push(segment);
    while (!this.#isInside(this.#segments[this.#first]!)) this.#first++;
    if (this.#first > SLACK * this.#segments.length) {
      this.#segments.splice(0, this.#first);
      this.#first = 0;
    }
  }

  /** Of its segments; null before the first. */
  get kind(): SegmentKind | null {
    return this.#kind;
  }

  /** Event time of its newest segment; -Infinity before the first. */
  get newestUs(): number {
    return this.#newestUs;
  }

  /** How many it holds; some of them more than once, where a producer has sent them again. */
  get size(): number {
    return this.#segments.length - this.#first;
  }

  /** How many there ever were. */
  get seen(): number {
    return this.#seen;
  }

  /** Offset of the first that came; null when it is empty. */
  get firstOffset(): number | null {
    return this.#segments[this.#first]?.offset ?? null;
  }

  /** Those of the window, once each, sorted by sensor, stream and sample. */
  segments(): TopicSegment[] {
    return this.#segments
      .filter(segment => this.#isInside(segment))
      .sort(byPlace)
      .filter((segment, i, sorted) => i === 0 || byPlace(sorted[i - 1]!, segment) !== 0);
  }

  #isInside({ startTimeUs }: TopicSegment): boolean {
    return this.#newestUs - startTimeUs <= this.#lengthUs;
  }
}

function isEqual(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, i) => size === b[i]);
}

function byPlace(a: TopicSegment, b: TopicSegment): number {
  if (a.sensor !== b.sensor) return a.sensor < b.sensor ? -1 : 1;
  if (a.streamId !== b.streamId) return a.streamId < b.streamId ? -1 : 1;
  return a.firstSample - b.firstSample;
}
