import type { AnyRecord } from '../records/codec.js';
import type { Alarm, ModelAnnouncement, NoiseAssignment, NoiseEvent, NoiseLevels } from '../records/types.js';
import type { TakenPicture } from '../simulation/camera-recorder.js';
import { CameraPicture } from './camera-picture.js';
import { MachinePicture } from './machine-picture.js';

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
  readonly imagesPerSec: number;
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
  /** All but those of machines; cameras are none. */
  readonly microphones = new Map<string, MicrophonePicture>();
  readonly machines = new Map<string, MachinePicture>();
  readonly cameras = new Map<string, CameraPicture>();
  /** Events seen by the picture by group; novel ones under null. */
  readonly groups = new Map<number | null, number>();
  readonly #events = new Map<string, EventPicture>();
  /** That of the noise. */
  model: ModelAnnouncement | null = null;
  learning: Learning = { events: 0, eventsNeeded: 0, detail: null };
  /** What is said of the first models of machines. */
  machineLearning: string | null = null;
  /** What is said of the first model of pictures. */
  imageLearning: string | null = null;
  flow: Flow = {
    ...{ chunksPerSec: 0, bytesPerSec: 0, imagesPerSec: 0 },
    ...{ lag: new Map(), delaySecs: null, rows: new Map() },
  };
  storeAnswers = true;
  /** What is under way besides listening: starting, draining. */
  phase = '';

  /**
   * @param sensors in the order of display
   * @param machines sensors that are fixed to machines, none of the others
   * @param cameras none of these either
   */
  constructor(sensors: readonly string[], machines: readonly string[] = [], cameras: readonly string[] = []) {
    for (const sensor of machines) this.machines.set(sensor, new MachinePicture(sensor));
    for (const sensor of cameras) this.#camera(sensor);
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
        if (record.value.state === 'promoted') this.#takeModel(record.value);
        break;
      case 'machine-score':
        this.#machine(record.value.sensor).takeScore(record.value);
        break;
      case 'image-assignment':
        this.#camera(record.value.sensor).takeAssignment(record.value);
        break;
      case 'alarm':
        this.#takeAlarm(record.value);
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
    if (this.machines.has(sensor)) return;
    const camera = this.cameras.get(sensor);
    if (camera) {
      camera.notices.set(kind, count);
      return;
    }
    const { notices } = this.#microphone(sensor);
    if ((notices.get(kind)?.count ?? 0) !== count) notices.set(kind, { count, atMs: nowMs });
  }

  /** Takes what the simulation says is on a picture. */
  takeTruth(picture: TakenPicture): void {
    this.#camera(picture.sensor).takeTruth(picture);
  }

  #takeModel(model: ModelAnnouncement): void {
    if (model.method === 'image') for (const camera of this.cameras.values()) camera.model = model;
    if (model.method === 'noise') this.model = model;
    if (model.method !== 'machine') return;
    // The model of all machines serves those that have none of their own.
    if (model.entity !== '') this.#machine(model.entity).model = model;
    else for (const machine of this.machines.values()) machine.model ??= model;
  }

  #takeAlarm(alarm: Alarm): void {
    if (alarm.kind === 'machine_abnormal') this.#machine(alarm.sensor).takeAlarm(alarm);
  }

  #takeLevels({ sensor, laeqDb, lafmaxDb, silent, timeUs, durationSecs }: NoiseLevels): void {
    if (this.machines.has(sensor)) return;
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

  #machine(sensor: string): MachinePicture {
    const machine = this.machines.get(sensor) ?? new MachinePicture(sensor);
    this.machines.set(sensor, machine);
    return machine;
  }

  #camera(sensor: string): CameraPicture {
    const camera = this.cameras.get(sensor) ?? new CameraPicture(sensor);
    this.cameras.set(sensor, camera);
    return camera;
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
