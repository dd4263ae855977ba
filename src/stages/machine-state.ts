import type { AlarmRecord } from '../anomaly/alarm.js';
import type { DetectorOptions } from '../anomaly/detector-options.js';
import {
  MACHINE_DEFAULTS,
  MachineMonitor,
  type MachineResumePoint,
  type ModelThresholds,
} from '../anomaly/machine-monitor.js';
import type { MachineSegment, SegmentVerdict } from '../anomaly/machine-segment.js';
import type { SoundSegment } from '../audio/segment-stream.js';
import type { MachineModel } from '../lifecycle/machine-model/machine-model.js';
import type { StateKey } from '../stream/checkpoint.js';
import type { CheckpointChange } from '../stream/watermark.js';
import { decodeMachineNote, encodeMachineNote, type MachineNote } from './machine-note.js';
import type { MachineSettings } from './sensor-settings.js';

/** What judging needs of a model. */
export type JudgingModel = Pick<MachineModel, 'version' | 'details'>;

/** A model of few recordings has no threshold for a mean of many: the detector is there, and says nothing. */
export const UNREACHABLE = Number.MAX_VALUE;

/** A model's threshold for a mean of n. */
export function thresholdOf({ thresholds }: MachineModel['details'], n: number) {
  return thresholds.find(threshold => threshold.n === n);
}

/** A detector, whose α the models have. */
export type UntunedDetector = Omit<DetectorOptions, 'alpha'>;

/** What a model found of a segment; a machine that is off has no residuals. */
export interface SegmentScore {
  readonly model: JudgingModel;
  readonly residual: number;
  readonly bandResiduals: Float64Array | null;
}

/** An alarm's step, with the model that it was judged by. */
export interface JudgedAlarm {
  readonly alarm: AlarmRecord;
  readonly version: string;
  /** null when the alarm closes, and names no bands. */
  readonly details: MachineModel['details'] | null;
}

export interface Judgement {
  readonly segment: MachineSegment;
  /** null for a segment before those that a replay needs. */
  readonly verdict: SegmentVerdict | null;
  readonly alarms: readonly JudgedAlarm[];
}

/**
 * One machine of a lane: its monitor, under whichever model is in force, and how far back the log is needed to build it
 * again. What it says depends on the segments and their models, from the last commit's note on.
 */
export class MachineState {
  readonly #settings: MachineSettings;
  readonly #detectors: readonly UntunedDetector[];
  /** Of the last commit, until there is a monitor. */
  #note: MachineNote | null;
  /** What the last commit's alarms were judged by, for as long as no segment was. */
  readonly #noted: MachineNote['model'];
  #monitor: MachineMonitor | null = null;
  #model: JudgingModel | null = null;
  #lastStartUs = Number.NEGATIVE_INFINITY;
  /** Start of the first segment that a replay needs, µs. */
  #replayFromUs = Number.NEGATIVE_INFINITY;
  /** Segments from there on, and the marks of the chunks that they begin in. */
  readonly #marks: { readonly startUs: number; readonly mark: number }[] = [];

  constructor(settings: MachineSettings, detectors: readonly UntunedDetector[], note: Uint8Array | null) {
    this.#settings = settings;
    this.#detectors = detectors;
    this.#note =
      note &&
      decodeMachineNote(
        note,
        detectors.map(({ name }) => name),
      );
    this.#noted = this.#note?.model ?? null;
  }

  get hasAlarm(): boolean {
    return this.#monitor?.hasAlarm ?? this.#noted !== null;
  }

  /**
   * @param replayed it was judged before: it only rebuilds the state
   * @throws PlantsenseError RESIDUALS_INVALID, PARAMETER_INVALID, CHECKPOINT_INVALID
   */
  judge(sound: SoundSegment, { model, residual, bandResiduals }: SegmentScore, replayed: boolean): Judgement {
    const { startUs, endUs, afterGap, levelDb } = sound;
    const segment: MachineSegment = { startUs, endUs, afterGap, levelDb, residual, bandResiduals };
    const ended = this.#use(model, startUs, replayed);
    if (startUs < this.#replayFromUs) return { segment, verdict: null, alarms: ended };
    const monitor = this.#monitor!;
    const verdict = monitor.step(segment);
    this.#lastStartUs = startUs;
    this.#marks.push({ startUs, mark: sound.mark });
    this.#moveOn();
    const { version, details } = model;
    const alarms = verdict.alarms.map(alarm => ({ alarm, version, details }));
    return { segment, verdict, alarms: [...ended, ...alarms] };
  }

  /** The sound has broken off. */
  interrupt(): void {
    this.#monitor?.interrupt();
    this.#moveOn();
  }

  /** Takes a segment that no model scores. @returns alarms that have had no mean for too long by then */
  pass({ startUs }: Pick<SoundSegment, 'startUs'>): JudgedAlarm[] {
    this.#goOnUnjudged();
    const closed = this.#monitor?.advance(startUs) ?? [];
    this.interrupt();
    return this.#withoutModel(closed);
  }

  /** Nothing more comes: closes what is open. */
  end(): JudgedAlarm[] {
    this.#goOnUnjudged();
    const closed = this.#monitor?.end() ?? [];
    this.#moveOn();
    return this.#withoutModel(closed);
  }

  /**
   * What the log is needed for from now on.
   * @param mark of the chunk from which on more may come; null: nothing does
   */
  change(key: StateKey, mark: number | null): CheckpointChange {
    const offset = this.#marks[0]?.mark ?? mark;
    if (offset === null) return { type: 'release', key };
    const note = this.#noteNow();
    const hold = { type: 'hold', key, offset } as const;
    return note ? { ...hold, note: encodeMachineNote(note) } : hold;
  }

  /** Judges by a model from a time on. @returns alarms that end there */
  #use(model: JudgingModel, startUs: number, replayed: boolean): readonly JudgedAlarm[] {
    const thresholds = this.#thresholdsOf(model);
    if (this.#monitor === null) {
      const point = this.#note?.point ?? null;
      this.#monitor = this.#newMonitor(thresholds, point);
      this.#replayFromUs = point?.replayFromUs ?? Number.NEGATIVE_INFINITY;
      this.#note = null;
    } else if (model.version !== this.#model?.version) this.#monitor.useModel(thresholds);
    this.#model = model;
    const isPutBack = startUs <= this.#lastStartUs || (!replayed && startUs < this.#replayFromUs);
    if (!isPutBack) return [];
    // The sensor's clock was put back: times would go round.
    const ended = this.end();
    this.#monitor = this.#newMonitor(thresholds, null);
    this.#marks.length = 0;
    this.#replayFromUs = Number.NEGATIVE_INFINITY;
    return ended;
  }

  /** Before any segment was judged since the restart: an alarm goes on by what the commit says of its model. */
  #goOnUnjudged(): void {
    if (this.#monitor !== null || this.#note === null || this.#noted === null) return;
    this.#monitor = this.#newMonitor({ alphas: this.#noted.alphas, normalBands: null }, this.#note.point);
    this.#note = null;
  }

  #withoutModel(alarms: readonly AlarmRecord[]): JudgedAlarm[] {
    const version = this.#model?.version ?? this.#noted?.version ?? '';
    return alarms.map(alarm => ({ alarm, version, details: null }));
  }

  #newMonitor({ alphas, normalBands }: ModelThresholds, point: MachineResumePoint | null): MachineMonitor {
    const detectors = this.#detectors.map((detector, i) => ({ ...detector, alpha: alphas[i]! }));
    const { offBelowDb } = this.#settings;
    return new MachineMonitor({ ...MACHINE_DEFAULTS, detectors, offBelowDb, normalBands }, point);
  }

  #thresholdsOf({ details }: JudgingModel): ModelThresholds {
    const alphas = this.#detectors.map(({ n }) => thresholdOf(details, n)?.alpha ?? UNREACHABLE);
    return { alphas, normalBands: Float64Array.from(details.normalBands) };
  }

  #noteNow(): MachineNote | null {
    if (this.#monitor === null) return this.#note;
    const model = this.#model;
    const judgedBy = model
      ? { version: model.version, alphas: this.#thresholdsOf(model).alphas }
      : this.#noted;
    return { point: this.#monitor.resumePoint, model: this.hasAlarm ? judgedBy : null };
  }

  #moveOn(): void {
    if (this.#monitor === null) return;
    this.#replayFromUs = this.#monitor.resumePoint.replayFromUs;
    while (this.#marks.length > 0 && this.#marks[0]!.startUs < this.#replayFromUs) this.#marks.shift();
  }
}
