import type { AnyRecord } from '../records/codec.js';
import type { ModelAnnouncement, NoiseAssignment, NoiseEvent, NoiseLevels } from '../records/types.js';

/** What the topics have said of one microphone. */
export interface MicrophonePicture {
  readonly sensor: string;
  /** LAeq of the last second; null: nothing heard yet, or digital silence. */
  levelDb: number | null;
  /** LAFmax of the last second. */
  peakDb: number | null;
  silent: boolean;
  /** End of the sound that was heard last, by the recorder's clock; 0 before any. */
  heardUntilUs: number;
  events: number;
  /** How often each oddity was counted: gap, clock_jump, duplicate. */
  readonly notices: Map<string, Notice>;
}

export interface Notice {
  readonly count: number;
  /** When the count grew last. */
  readonly atMs: number;
}

export interface EventPicture {
  readonly event: NoiseEvent;
  /** Null until it was put in a group. */
  assignment: NoiseAssignment | null;
}

/** How the work goes on. */
export interface Flow {
  readonly chunksPerSec: number;
  readonly bytesPerSec: number;
  /** Messages that wait, by stage. */
  readonly lag: ReadonlyMap<string, number>;
  /** From the last sample behind a row to the row in the store, over the last seconds; null before any. */
  readonly delaySecs: { readonly median: number; readonly p99: number } | null;
  /** Rows by table. */
  readonly rows: ReadonlyMap<string, number>;
}

/** How far the first model is. */
export interface Learning {
  readonly events: number;
  readonly eventsNeeded: number;
  /** What the stage says of itself; null when there is nothing to say. */
  readonly detail: string | null;
}

/** Events that are remembered, so that an assignment finds its event. */
const REMEMBERED_EVENTS = 500;

/** What a person is shown: everything that the topics and the stages have said so far. */
export class DemoPicture {
  readonly microphones = new Map<string, MicrophonePicture>();
  /** Events seen by the picture by group; novel ones under null. */
  readonly groups = new Map<number | null, number>();
  readonly #events = new Map<string, EventPicture>();
  model: ModelAnnouncement | null = null;
  learning: Learning = { events: 0, eventsNeeded: 0, detail: null };
  flow: Flow = { chunksPerSec: 0, bytesPerSec: 0, lag: new Map(), delaySecs: null, rows: new Map() };
  storeAnswers = true;
  /** What is under way besides listening: starting, draining. */
  phase = '';

  /** @param sensors in the order of display */
  constructor(sensors: readonly string[]) {
    for (const sensor of sensors) this.#microphone(sensor);
  }

  /** The latest events, the last one first. */
  latestEvents(count: number): EventPicture[] {
    return [...this.#events.values()].slice(-count).reverse();
  }

  /** Takes a record of any topic. */
  take(record: AnyRecord): void {
    switch (record.record) {
      case 'noise-levels':
        this.#takeLevels(record.value);
        break;
      case 'noise-event':
        this.#takeEvent(record.value);
        break;
      case 'noise-assignment':
        this.#takeAssignment(record.value);
        break;
      case 'model-announcement':
        if (record.value.state === 'promoted') this.model = record.value;
        break;
      default:
    }
  }

  /** The event that an assignment is of, while it is remembered. */
  event(id: string): EventPicture | undefined {
    return this.#events.get(id);
  }

  /** Takes how often an oddity was counted in all. */
  takeNotice(sensor: string, kind: string, count: number, nowMs: number): void {
    const { notices } = this.#microphone(sensor);
    if ((notices.get(kind)?.count ?? 0) !== count) notices.set(kind, { count, atMs: nowMs });
  }

  #takeLevels({ sensor, laeqDb, lafmaxDb, silent, timeUs, durationSecs }: NoiseLevels): void {
    const microphone = this.#microphone(sensor);
    microphone.levelDb = laeqDb;
    microphone.peakDb = lafmaxDb;
    microphone.silent = silent;
    microphone.heardUntilUs = timeUs + durationSecs * 1e6;
  }

  #takeEvent(event: NoiseEvent): void {
    this.#microphone(event.sensor).events += 1;
    this.#events.set(event.id, { event, assignment: null });
    if (this.#events.size > REMEMBERED_EVENTS) this.#events.delete(this.#events.keys().next().value!);
  }

  #takeAssignment(assignment: NoiseAssignment): void {
    const group = assignment.novel ? null : assignment.group;
    this.groups.set(group, (this.groups.get(group) ?? 0) + 1);
    const picture = this.#events.get(assignment.eventId);
    if (picture) picture.assignment = assignment;
  }

  #microphone(sensor: string): MicrophonePicture {
    const known = this.microphones.get(sensor);
    if (known) return known;
    const microphone: MicrophonePicture = {
      sensor,
      levelDb: null,
      peakDb: null,
      silent: false,
      heardUntilUs: 0,
      events: 0,
      notices: new Map(),
    };
    this.microphones.set(sensor, microphone);
    return microphone;
  }
}
