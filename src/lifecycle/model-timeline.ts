import type { ModelAnnouncement } from '../records/types.js';

interface Segment {
  readonly fromUs: number;
  readonly active: ModelAnnouncement | null;
  readonly shadows: readonly ModelAnnouncement[];
}

/**
 * Which model version scores an event, by the event's time: a pure function of the announcements, in whatever order
 * and however often they came.
 *
 * At a time only announcements with `activeFromUs` at or before it hold, and of those about one version the highest
 * sequence has the last word on it. Active is the version whose promotion, of those that hold, has the highest
 * sequence. So a later promotion of an older version is a roll-back, and so is retiring the active one: the one before
 * is active again.
 */
export class ModelTimeline {
  /** By rising start; before the first nothing is active. */
  readonly #segments: readonly Segment[];

  /**
   * @param announcements those of other methods and entities are left out
   * @param entity the sensor or machine, empty for a model of all
   */
  constructor(announcements: Iterable<ModelAnnouncement>, method: string, entity = '') {
    this.#segments = segmentsOf(onceEach(announcements, method, entity));
  }

  /** The announcement by which a version is active at an event time; null before the first. */
  activeAt(timeUs: number): ModelAnnouncement | null {
    return this.#segmentAt(timeUs)?.active ?? null;
  }

  /** Versions that score in the shadow at an event time, by falling sequence. */
  shadowsAt(timeUs: number): readonly ModelAnnouncement[] {
    return this.#segmentAt(timeUs)?.shadows ?? [];
  }

  /** Every version that is active or a shadow at some time, in order of use: what a scorer may have to load. */
  get inUse(): readonly ModelAnnouncement[] {
    const byVersion = new Map<string, ModelAnnouncement>();
    for (const { active, shadows } of this.#segments) {
      for (const each of active ? [active, ...shadows] : shadows)
        if (!byVersion.has(each.version)) byVersion.set(each.version, each);
    }
    return [...byVersion.values()];
  }

  #segmentAt(timeUs: number): Segment | undefined {
    let low = 0;
    let high = this.#segments.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#segments[middle]!.fromUs <= timeUs) low = middle + 1;
      else high = middle;
    }
    return this.#segments[low - 1];
  }
}

/** Once each, by rising start. Two with one sequence should not be; their content decides then. */
function onceEach(
  announcements: Iterable<ModelAnnouncement>,
  method: string,
  entity: string,
): ModelAnnouncement[] {
  const order = (each: ModelAnnouncement) => `${each.version} ${each.state} ${each.activeFromUs}`;
  return [...announcements]
    .filter(each => each.method === method && each.entity === entity)
    .sort((a, b) => b.sequence - a.sequence || (order(a) < order(b) ? 1 : -1))
    .filter((each, i, sorted) => each.sequence !== sorted[i - 1]?.sequence)
    .sort((a, b) => a.activeFromUs - b.activeFromUs || a.sequence - b.sequence);
}

/** In one pass: groups of images that follow new ones are announced by the thousand. */
function segmentsOf(announcements: readonly ModelAnnouncement[]): Segment[] {
  const segments: Segment[] = [];
  /** Of each version the announcement that has the last word so far. */
  const words = new Map<string, ModelAnnouncement>();
  /** By rising sequence. What lost the last word never has it again: it goes when it comes to the end. */
  const promoted: ModelAnnouncement[] = [];
  let shadows: readonly ModelAnnouncement[] = [];
  for (const [i, each] of announcements.entries()) {
    const before = words.get(each.version);
    if (!before || before.sequence < each.sequence) {
      words.set(each.version, each);
      if (each.state === 'promoted') insert(promoted, each);
      if (before?.state === 'shadowed') shadows = shadows.filter(shadow => shadow !== before);
      if (each.state === 'shadowed') shadows = [...shadows, each].sort((a, b) => b.sequence - a.sequence);
    }
    const { activeFromUs: fromUs } = each;
    if (announcements[i + 1]?.activeFromUs === fromUs) continue;
    while (promoted.length > 0 && words.get(promoted.at(-1)!.version) !== promoted.at(-1)) promoted.pop();
    segments.push({ fromUs, active: promoted.at(-1) ?? null, shadows });
  }
  return segments;
}

/** Sequences mostly rise with time, so its place is near the end. */
function insert(sorted: ModelAnnouncement[], announcement: ModelAnnouncement): void {
  let at = sorted.length;
  while (at > 0 && sorted[at - 1]!.sequence > announcement.sequence) at--;
  sorted.splice(at, 0, announcement);
}
