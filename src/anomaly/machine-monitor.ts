/**
 * The state machine of one machine: scored segments in, verdicts and alarms out. Several detectors listen at once, by
 * default one for sudden faults and one for creeping ones.
 *
 * It reads event time only. What it says depends on the order of the segments, never on how they are cut into batches.
 *
 * **Replay.** The state can be built again from the log: a new monitor with `resumePoint`, that is given the segments from
 * `resumePoint.replayFromUs` on, says of every segment after the last one that the first monitor had seen what that one
 * would have said, bit for bit. (What it says of the earlier ones is to be thrown away.) That is
 * - the last n segments;
 * - n segments before the first one whose mean is above α, while an alarm is about to open: the time that it has to hold.
 * Of an open alarm the point itself says all that is older.
 */
import { PlantsenseError } from '../errors.js';
import type { AlarmRecord } from './alarm.js';
import { checkInteger, checkRange, checkResiduals } from './checks.js';
import { Detector, type DetectorResumePoint, type Scale } from './detector.js';
import { checkAlpha, checkDetectors, type DetectorOptions } from './detector-options.js';
import {
  type DetectorVerdict,
  isOff,
  type MachineSegment,
  type SegmentState,
  type SegmentVerdict,
} from './machine-segment.js';

export interface MachineOptions {
  readonly detectors: readonly DetectorOptions[];
  /** A quieter segment is one of a machine that is off, dB; `null`: only digital silence is. */
  readonly offBelowDb: number | null;
  /** Mean residual of each band in normal operation; `null`: alarms name no bands. */
  readonly normalBands: Float64Array | null;
  /** How many bands an alarm names at most. */
  readonly worstBands: number;
}

/** All but the detectors, whose α a model gives. */
export const MACHINE_DEFAULTS: Omit<MachineOptions, 'detectors'> = {
  offBelowDb: null,
  normalBands: null,
  worstBands: 3,
};

/** Where a monitor can go on from. Plain JSON, some hundred bytes. */
export interface MachineResumePoint {
  /** Start of the first segment to read again, µs. */
  readonly replayFromUs: number;
  readonly detectors: readonly DetectorResumePoint[];
}

/** What another model changes: α of each detector, in their order, and what is normal. */
export interface ModelThresholds {
  readonly alphas: readonly number[];
  readonly normalBands: Float64Array | null;
}

export class MachineMonitor {
  readonly #options: MachineOptions;
  readonly #detectors: readonly Detector[];
  #bands: number | null;
  #lastStartUs = Number.NEGATIVE_INFINITY;

  /**
   * @param resume of another monitor with the same detectors; the model must be the one in force at its `replayFromUs`
   * @throws PlantsenseError PARAMETER_INVALID, RESIDUALS_INVALID
   */
  constructor(options: MachineOptions, resume: MachineResumePoint | null = null) {
    checkDetectors(options.detectors);
    checkInteger('worstBands', options.worstBands, 0);
    if (options.offBelowDb !== null) checkRange('offBelowDb', options.offBelowDb, -1000, 1000);
    checkResiduals('normal band residuals', options.normalBands ?? new Float64Array());
    const names = resume?.detectors.map(({ name }) => name).join();
    if (resume !== null && names !== options.detectors.map(({ name }) => name).join())
      throw new PlantsenseError('PARAMETER_INVALID', `The resume point is of other detectors: ${names}.`);
    this.#options = options;
    this.#bands = options.normalBands?.length ?? null;
    this.#detectors = options.detectors.map(
      (detector, i) =>
        new Detector(
          detector,
          this.#scale(detector.alpha, options.normalBands),
          resume?.detectors[i] ?? null,
        ),
    );
  }

  /** From where the log is needed, and the state there. It moves on with every call. */
  get resumePoint(): MachineResumePoint {
    const detectors = this.#detectors.map(detector => detector.resumePoint);
    return { replayFromUs: Math.min(...detectors.map(({ replayFromUs }) => replayFromUs)), detectors };
  }

  /**
   * Takes the next segment.
   * @throws PlantsenseError PARAMETER_INVALID when it is out of order or has other bands; RESIDUALS_INVALID when its residual
   *   is NaN, infinite or negative. Nothing has changed then
   */
  step(segment: MachineSegment): SegmentVerdict {
    const off = isOff(segment.levelDb, this.#options.offBelowDb);
    this.#check(segment, off);
    this.#lastStartUs = segment.startUs;
    const alarms: AlarmRecord[] = [];
    const detectors = this.#detectors.map(detector => {
      detector.advance(segment.startUs, alarms);
      if (segment.afterGap) detector.interrupt('gap');
      return this.#verdict(detector, segment, off, alarms);
    });
    const states = new Set(detectors.map(({ state }) => state));
    // Off is all detectors' state or none's.
    const state = SEVEREST_FIRST.find(candidate => states.has(candidate))!;
    return { startUs: segment.startUs, endUs: segment.endUs, state, detectors, alarms };
  }

  /**
   * Event time has come to `nowUs` without a segment: closes alarms that nothing has been heard of for staleSecs. The next
   * segment would close them just the same, so this must be called with event time of the machine's own log only.
   */
  advance(nowUs: number): AlarmRecord[] {
    const alarms: AlarmRecord[] = [];
    for (const detector of this.#detectors) detector.advance(nowUs, alarms);
    return alarms;
  }

  /** Whether an alarm is open. */
  get hasAlarm(): boolean {
    return this.#detectors.some(({ isOpen }) => isOpen);
  }

  /** The sound has broken off: means start afresh. An open alarm stays open. */
  interrupt(): void {
    for (const detector of this.#detectors) detector.interrupt('gap');
  }

  /** Nothing more comes, as at the end of a file: closes what is open. */
  end(): AlarmRecord[] {
    const alarms: AlarmRecord[] = [];
    for (const detector of this.#detectors) detector.end(alarms);
    return alarms;
  }

  /**
   * Another model scores from the next segment on: other thresholds, and means start afresh. An open alarm stays open.
   * @throws PlantsenseError PARAMETER_INVALID, RESIDUALS_INVALID
   */
  useModel({ alphas, normalBands }: ModelThresholds): void {
    checkResiduals('normal band residuals', normalBands ?? new Float64Array());
    if (alphas.length !== this.#detectors.length)
      throw new PlantsenseError(
        'PARAMETER_INVALID',
        `The model has ${alphas.length} thresholds, the machine ${this.#detectors.length} detectors.`,
      );
    this.#detectors.forEach(({ options }, i) => {
      checkAlpha(options.name, alphas[i]!);
    });
    this.#bands = normalBands?.length ?? null;
    this.#detectors.forEach((detector, i) => {
      detector.rescale(this.#scale(alphas[i]!, normalBands));
    });
  }

  #verdict(
    detector: Detector,
    segment: MachineSegment,
    off: boolean,
    alarms: AlarmRecord[],
  ): DetectorVerdict {
    if (off) detector.standStill(segment);
    const mean = off ? null : detector.add(segment, alarms);
    return {
      detector: detector.options.name,
      mean,
      state: off ? 'off' : stateOf(mean, detector.alpha),
      alarm: detector.isOpen,
    };
  }

  #scale(alpha: number, normalBands: Float64Array | null): Scale {
    return { alpha, normalBands, worstBands: this.#options.worstBands };
  }

  #check({ startUs, endUs, levelDb, residual, bandResiduals }: MachineSegment, off: boolean): void {
    if (!(Number.isSafeInteger(startUs) && Number.isSafeInteger(endUs) && endUs > startUs))
      throw new PlantsenseError('PARAMETER_INVALID', `A segment can't last from ${startUs} to ${endUs} µs.`);
    if (startUs <= this.#lastStartUs)
      throw new PlantsenseError(
        'PARAMETER_INVALID',
        `A segment starts at ${startUs} µs, not after the one before, which starts at ${this.#lastStartUs} µs.`,
      );
    if (Number.isNaN(levelDb))
      throw new PlantsenseError('PARAMETER_INVALID', `The segment at ${startUs} µs has the level NaN.`);
    if (off) return;
    checkResiduals(`residuals of the segment at ${startUs} µs`, Float64Array.of(residual));
    const bands = this.#bands;
    if (bandResiduals === null || bands === null) return;
    if (bandResiduals.length !== bands)
      throw new PlantsenseError(
        'PARAMETER_INVALID',
        `The segment at ${startUs} µs has ${bandResiduals.length} bands, normal operation ${bands}.`,
      );
    checkResiduals(`band residuals of the segment at ${startUs} µs`, bandResiduals);
  }
}

const SEVEREST_FIRST: readonly SegmentState[] = ['abnormal', 'normal', 'gap', 'off'];

function stateOf(mean: number | null, alpha: number): SegmentState {
  if (mean === null) return 'gap';
  return mean > alpha ? 'abnormal' : 'normal';
}
