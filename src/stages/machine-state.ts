import type { AlarmRecord } from '../anomaly/alarm.js';
import type { DetectorOptions } from '../anomaly/detector-options.js';
import { MachineMonitor, type MachineOptions } from '../anomaly/machine-monitor.js';
import type { MachineSegment, SegmentVerdict } from '../anomaly/machine-segment.js';
import type { SoundSegment } from '../audio/segment-stream.js';
import type { MachineModel } from '../lifecycle/machine-model/machine-model.js';
import { NO_LOG_NEEDED, type StateKey } from '../stream/checkpoint.js';
import type { CheckpointChange } from '../stream/watermark.js';
import { decodeMachineNote, encodeMachineNote, noteHasAlarm } from './machine-note.js';
import type { MachineSettings } from './sensor-settings.js';

/** What judging needs of a model. */
export type JudgingModel = Pick<MachineModel, 'version' | 'details' | 'monitorOptions'>;

/** What a topology may say of a detector. */
export type DetectorOverrides = Partial<Omit<DetectorOptions, 'name' | 'n' | 'alpha'>>;

/** What a model found of a segment; a machine that is off has no residuals. */
export interface SegmentScore {
  readonly model: JudgingModel;
  readonly residual: number;
  readonly bandResiduals: Float64Array | null;
}

/** An alarm's step, with the model that it was judged by. */
export interface JudgedAlarm {
  readonly alarm: AlarmRecord;
  readonly model: JudgingModel;
}

export interface Judgement {
  readonly segment: MachineSegment;
  /** null for a segment before those that a replay needs. */
  readonly verdict: SegmentVerdict | null;
  readonly alarms: readonly JudgedAlarm[];
}

/** Whether a segment's machine is off. */
export function isOff({ levelDb }: Pick<SoundSegment, 'levelDb'>, { offBelowDb }: MachineSettings): boolean {
  return levelDb === null || (offBelowDb !== null && levelDb < offBelowDb);
}

/**
 * One machine of a lane: its monitor, under whichever model is in force, and how far back the log is needed to build it
 * again. What it says depends on the segments and their models, from the last commit's note on.
 */
export class MachineState {
  readonly #settings: MachineSettings;
  readonly #detectors: ReadonlyMap<string, DetectorOverrides>;
  /** Of the last commit, until the first segment. */
  #note: Uint8Array | null;
  #monitor: MachineMonitor | null = null;
  #model: JudgingModel | null = null;
  #lastStartUs = Number.NEGATIVE_INFINITY;
  /** Start of the first segment that a replay needs, µs. */
  #replayFromUs = Number.NEGATIVE_INFINITY;
  /** Segments from there on, and the marks of the chunks that they begin in. */
  readonly #marks: { readonly startUs: number; readonly mark: number }[] = [];

  constructor(
    settings: MachineSettings,
    detectors: ReadonlyMap<string, DetectorOverrides>,
    note: Uint8Array | null,
  ) {
    this.#settings = settings;
    this.#detectors = detectors;
    this.#note = note;
  }

  get hasAlarm(): boolean {
    return this.#monitor?.hasAlarm ?? (this.#note !== null && noteHasAlarm(this.#note));
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
    const alarms = verdict.alarms.map(alarm => ({ alarm, model }));
    return { segment, verdict, alarms: [...ended, ...alarms] };
  }

  /** The sound has broken off, or there is no model for it. */
  interrupt(): void {
    this.#monitor?.interrupt();
    this.#moveOn();
  }

  /**
   * Nothing more comes: closes what is open. An alarm of before the restart stays open until the machine is heard again,
   * since no model is known yet that could say what it was.
   */
  end(): JudgedAlarm[] {
    const model = this.#model;
    return model === null ? [] : (this.#monitor?.end() ?? []).map(alarm => ({ alarm, model }));
  }

  /**
   * What the log is needed for from now on.
   * @param streamMark of the chunk that the next segment begins in; null when nothing is open
   */
  change(key: StateKey, streamMark: number | null): CheckpointChange {
    const offset = this.#marks[0]?.mark ?? streamMark;
    if (offset === null && !this.hasAlarm) return { type: 'release', key };
    const note = this.#monitor ? encodeMachineNote(this.#monitor.resumePoint) : this.#note;
    const hold = { type: 'hold', key, offset: offset ?? NO_LOG_NEEDED } as const;
    return note ? { ...hold, note } : hold;
  }

  /** Judges by a model from a time on. @returns alarms that end, as they can't go on under it */
  #use(model: JudgingModel, startUs: number, replayed: boolean): readonly JudgedAlarm[] {
    const options = this.#optionsOf(model);
    const names = options.detectors.map(({ name }) => name);
    if (this.#monitor === null) {
      const point = this.#note && decodeMachineNote(this.#note, names);
      this.#monitor = new MachineMonitor(options, point);
      this.#replayFromUs = point?.replayFromUs ?? Number.NEGATIVE_INFINITY;
      this.#note = null;
      this.#model = model;
    }
    const isPutBack = startUs <= this.#lastStartUs || (!replayed && startUs < this.#replayFromUs);
    if (isPutBack || !this.#isAlike(model)) {
      // The sensor's clock was put back, or the model hears with other detectors or bands.
      const ended = this.end();
      this.#monitor = new MachineMonitor(options);
      this.#marks.length = 0;
      this.#replayFromUs = Number.NEGATIVE_INFINITY;
      this.#lastStartUs = Number.NEGATIVE_INFINITY;
      this.#model = model;
      return ended;
    }
    if (model.version !== this.#model?.version) {
      const alphas = options.detectors.map(({ alpha }) => alpha);
      this.#monitor.useModel({ alphas, normalBands: options.normalBands });
    }
    this.#model = model;
    return [];
  }

  #optionsOf(model: JudgingModel): MachineOptions {
    const options = model.monitorOptions(this.#settings.offBelowDb);
    const detectors = options.detectors.map(detector => ({
      ...detector,
      ...this.#detectors.get(detector.name),
    }));
    return { ...options, detectors };
  }

  #isAlike({ details }: JudgingModel): boolean {
    const known = this.#model?.details;
    const ns = (thresholds: readonly { readonly n: number }[]) => thresholds.map(({ n }) => n).join();
    return (
      known !== undefined &&
      ns(known.thresholds) === ns(details.thresholds) &&
      known.normalBands.length === details.normalBands.length
    );
  }

  #moveOn(): void {
    if (this.#monitor === null) return;
    this.#replayFromUs = this.#monitor.resumePoint.replayFromUs;
    while (this.#marks.length > 0 && this.#marks[0]!.startUs < this.#replayFromUs) this.#marks.shift();
  }
}
