import type { AlarmRecord } from './alarm.js';

/** One scored segment of a machine's sound. */
export interface MachineSegment {
  /** Event time of its first and after its last sample, µs. Segments come in order of their starts. */
  readonly startUs: number;
  readonly endUs: number;
  /** The sound before it is not that of the segment before: samples are missing, or a recorder has started. */
  readonly afterGap: boolean;
  /** Sound level, dB, as the option `offBelowDb` is meant; `null`: digital silence. */
  readonly levelDb: number | null;
  /** Not read when the machine is off. */
  readonly residual: number;
  /** Residual of each frequency band; `null` without. */
  readonly bandResiduals: Float64Array | null;
}

/**
 * What a segment is called.
 * - `off`: the machine stands still, neither normal nor abnormal.
 * - `gap`: no mean of n yet, since fewer than n segments have followed each other.
 */
export type SegmentState = 'normal' | 'abnormal' | 'off' | 'gap';

/** What one detector says of a segment. */
export interface DetectorVerdict {
  readonly detector: string;
  /** Mean residual of the last n segments; `null` when off or too few. */
  readonly mean: number | null;
  /** `abnormal`: the mean is above α (algorithm 2). */
  readonly state: SegmentState;
  /** An alarm of it is open. */
  readonly alarm: boolean;
}

export interface SegmentVerdict {
  readonly startUs: number;
  readonly endUs: number;
  /** `abnormal` if one detector says so, `gap` if none has a mean. */
  readonly state: SegmentState;
  /** In the order of the detectors. */
  readonly detectors: readonly DetectorVerdict[];
  /** Alarms that opened, went on or closed with this segment. */
  readonly alarms: readonly AlarmRecord[];
}

/**
 * Whether a segment's machine is off.
 * @param levelDb of the segment; null: digital silence
 * @param offBelowDb what is quieter is off; null: only digital silence is
 */
export function isOff(levelDb: number | null, offBelowDb: number | null): boolean {
  return levelDb === null || (offBelowDb !== null && levelDb < offBelowDb);
}
