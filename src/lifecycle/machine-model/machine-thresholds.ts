import { type Recordings, recordingMeans, type Windows } from '../../anomaly/recording-means.js';
import {
  fitThreshold,
  THRESHOLD_RULE_DEFAULT,
  type Threshold,
  type ThresholdRule,
} from '../../anomaly/threshold.js';
import { PlantsenseError } from '../../errors.js';

/** `auto`: means within recordings where those that are long enough hold most of the segments, else across. */
export type WindowChoice = Windows | 'auto';

/** Recordings of an assembly cycle each hold no 20 segments. */
export function windowsOf(choice: WindowChoice, recordings: Recordings, n: number): Windows {
  if (choice !== 'auto') return choice;
  let [long, all] = [0, 0];
  for (const { length } of recordings) {
    all += length;
    if (length >= n) long += length;
  }
  return 2 * long > all ? 'within' : 'across';
}

/**
 * α of each n. Where there are too few means for one, there is none: a model of short recordings hears sudden faults all
 * the same. For n = 1 there must be one.
 *
 * @param normal residuals of each validation recording
 * @param abnormal residuals of each recording of something abnormal
 * @throws PlantsenseError TRAINING_DATA_INSUFFICIENT, RESIDUALS_INVALID, PARAMETER_INVALID
 */
export function machineThresholds(
  rule: ThresholdRule,
  ns: readonly number[],
  normal: Recordings,
  abnormal: Recordings,
  windows: Windows,
): Threshold[] {
  return ns.flatMap(n => thresholdOf(rule, n, normal, abnormal, windows) ?? []);
}

/**
 * α of one n; null when n > 1 and there are too few means. A few abnormal segments make no mean of 20: by a sensitivity
 * that can't be told, its α is the quantile that it would be without them. Throws as {@link machineThresholds}.
 */
export function thresholdOf(
  rule: ThresholdRule,
  n: number,
  normal: Recordings,
  abnormal: Recordings,
  windows: Windows,
): Threshold | null {
  const isUntold = n > 1 && rule.type === 'sensitivity' && hasNoMean(abnormal, n, windows);
  try {
    return fitThreshold(isUntold ? THRESHOLD_RULE_DEFAULT : rule, n, normal, abnormal, windows);
  } catch (error) {
    const isTooFew = error instanceof PlantsenseError && error.code === 'TRAINING_DATA_INSUFFICIENT';
    if (n === 1 || !isTooFew) throw error;
    return null;
  }
}

function hasNoMean(recordings: Recordings, n: number, windows: Windows): boolean {
  return recordingMeans(recordings, n, windows).every(({ length }) => length === 0);
}
