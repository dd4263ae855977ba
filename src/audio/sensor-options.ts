/** Options of a sensor's stream: defaults and checks. */
import { PlantsenseError } from '../errors.js';
import { TICKS_PER_SECOND } from './tick.js';
import type { TimeWeightingKind } from './time-weighting.js';
import type { Weighting } from './weighting-design.js';

export interface TriggerOptions {
  /** dB SPL of a calibrated sensor, dBFS of another. It depends on the distance to the source: no default. */
  readonly thresholdDb: number;
  /** Default `A`. */
  readonly weighting?: Weighting;
  /** Default `fast`. */
  readonly timeWeighting?: TimeWeightingKind;
  /** An event ends when the level has been this much below the threshold … Default 3. */
  readonly hysteresisDb?: number;
  /** … for this long, or for the post-roll where that is longer. Default 0.5. */
  readonly releaseSecs?: number;
  /** Shorter events, onset to offset, are dropped. Default 0. */
  readonly minDurationSecs?: number;
  /** Longer events are cut; at least two grid cells. Default 60. */
  readonly maxDurationSecs?: number;
  /** Default 0.5. */
  readonly preRollSecs?: number;
  /** Default 0.5. */
  readonly postRollSecs?: number;
  /** No new event for this long after one. Default 0. */
  readonly holdOffSecs?: number;
}

export interface SensorOptions {
  /** `null`: levels only. */
  readonly trigger: TriggerOptions | null;
  /** Default false. */
  readonly thirdOctaves?: boolean;
  /** Length of a cell, whole seconds. Filters start afresh in each. Default 10. */
  readonly gridSecs?: number;
  /** How long before its cell a set of filters starts. Default: 1, or the pre-roll where that is longer. */
  readonly warmupSecs?: number;
  /** A timestamp that is this far off the sample count is a jump of the clock. Default 0.5. */
  readonly clockJumpSecs?: number;
  /** Smaller drifts of the clock are not reported. Default 1. */
  readonly driftNoticePpm?: number;
}

export type CheckedTrigger = Required<TriggerOptions>;

export interface CheckedOptions extends Required<SensorOptions> {
  readonly trigger: CheckedTrigger | null;
}

/** Fills in defaults. @throws PlantsenseError PARAMETER_INVALID */
export function checkSensorOptions(options: SensorOptions): CheckedOptions {
  const trigger = options.trigger === null ? null : checkTrigger(options.trigger);
  const gridSecs = options.gridSecs ?? 10;
  const warmupSecs = options.warmupSecs ?? Math.max(1, trigger?.preRollSecs ?? 0);
  const clockJumpSecs = options.clockJumpSecs ?? 0.5;
  const driftNoticePpm = options.driftNoticePpm ?? 1;
  demand(Number.isInteger(gridSecs) && gridSecs >= 1, `grid_secs is ${gridSecs}: whole seconds, at least 1.`);
  inRange('warmup_secs', warmupSecs, Math.max(1, trigger?.preRollSecs ?? 0), gridSecs);
  // The clock may be off that much, twice, and a cell must still begin after its warm-up.
  inRange('clock_jump_secs', clockJumpSecs, 0, warmupSecs / 2);
  inRange('drift_notice_ppm', driftNoticePpm, 0, Number.MAX_VALUE);
  if (trigger !== null) {
    demand(
      trigger.maxDurationSecs >= 2 * gridSecs,
      `max_duration_secs is ${trigger.maxDurationSecs}: at least twice grid_secs, which is ${gridSecs}.`,
    );
  }
  return {
    trigger,
    thirdOctaves: options.thirdOctaves ?? false,
    gridSecs,
    warmupSecs,
    clockJumpSecs,
    driftNoticePpm,
  };
}

function checkTrigger(options: TriggerOptions): CheckedTrigger {
  const trigger: CheckedTrigger = {
    thresholdDb: options.thresholdDb,
    weighting: options.weighting ?? 'A',
    timeWeighting: options.timeWeighting ?? 'fast',
    hysteresisDb: options.hysteresisDb ?? 3,
    releaseSecs: options.releaseSecs ?? 0.5,
    minDurationSecs: options.minDurationSecs ?? 0,
    maxDurationSecs: options.maxDurationSecs ?? 60,
    preRollSecs: options.preRollSecs ?? 0.5,
    postRollSecs: options.postRollSecs ?? 0.5,
    holdOffSecs: options.holdOffSecs ?? 0,
  };
  inRange('threshold_db', trigger.thresholdDb, -200, 250);
  inRange('hysteresis_db', trigger.hysteresisDb, 0, 100);
  inRange('release_secs', trigger.releaseSecs, 1 / TICKS_PER_SECOND, 3600);
  inRange('min_duration_secs', trigger.minDurationSecs, 0, trigger.maxDurationSecs);
  inRange('max_duration_secs', trigger.maxDurationSecs, 0, 86_400);
  inRange('pre_roll_secs', trigger.preRollSecs, 0, 3600);
  inRange('post_roll_secs', trigger.postRollSecs, 0, 3600);
  inRange('hold_off_secs', trigger.holdOffSecs, 0, 86_400);
  return trigger;
}

/** Seconds in whole ticks, rounded up. */
export const secsToTicks = (secs: number): number => Math.max(0, Math.ceil(secs * TICKS_PER_SECOND - 1e-9));

function inRange(name: string, value: number, min: number, max: number): void {
  demand(value >= min && value <= max, `${name} is ${value}: it must lie between ${min} and ${max}.`);
}

function demand(fulfilled: boolean, message: string): void {
  if (!fulfilled) throw new PlantsenseError('PARAMETER_INVALID', message);
}
