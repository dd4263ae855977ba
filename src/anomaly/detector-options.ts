import { PlantsenseError } from '../errors.js';
import { checkInteger, checkRange } from './checks.js';

/** When a mean of n becomes an alarm. */
export interface DetectorOptions {
  readonly name: string;
  /** Segments in a mean. */
  readonly n: number;
  /** A mean above it is abnormal. */
  readonly alpha: number;
  /**
   * How far above α a mean must be to count towards an alarm, 1 or more: α alone is passed by some normal means too, by
   * one in a hundred where it is their 0.99 quantile.
   */
  readonly raiseRatio: number;
  /** So many means in a row must be above α times that, */
  readonly holdSegments: number;
  /** and their segments must span so many seconds. */
  readonly holdSecs: number;
  /** An alarm begins to close below α times this, 0 to 1, */
  readonly releaseRatio: number;
  /** and closes when no mean has reached that for so many seconds. */
  readonly releaseSecs: number;
  /** It closes too when there has been no mean at all for so many seconds. */
  readonly staleSecs: number;
}

const COMMON = { releaseRatio: 0.9, staleSecs: 600 };

/**
 * A fault that is heard at once (section 3.2). Of normal segments one a minute is above α, none was half above it on real
 * recordings.
 */
export const SUDDEN_DEFAULTS: Omit<DetectorOptions, 'alpha'> = {
  ...COMMON,
  name: 'sudden',
  n: 1,
  raiseRatio: 1.5,
  holdSegments: 1,
  holdSecs: 0,
  releaseSecs: 10,
};

/**
 * Ageing, which only a mean of many segments shows; 20 is the paper's number (section 3.2). It holds for longer than n: one
 * loud clack alone lifts n means in a row, and is no ageing.
 */
export const CREEPING_DEFAULTS: Omit<DetectorOptions, 'alpha'> = {
  ...COMMON,
  name: 'creeping',
  n: 20,
  raiseRatio: 1,
  holdSegments: 21,
  holdSecs: 0,
  releaseSecs: 60,
};

/** @throws PlantsenseError PARAMETER_INVALID */
export function checkDetectors(detectors: readonly DetectorOptions[]): void {
  const names = new Set(detectors.map(({ name }) => name));
  if (detectors.length === 0 || names.size < detectors.length)
    throw new PlantsenseError('PARAMETER_INVALID', 'A machine needs detectors, each with a name of its own.');
  for (const { name, ...options } of detectors) {
    checkInteger(`n of ${name}`, options.n, 1);
    checkAlpha(name, options.alpha);
    checkRange(`raiseRatio of ${name}`, options.raiseRatio, 1, Number.MAX_VALUE);
    checkInteger(`holdSegments of ${name}`, options.holdSegments, 1);
    checkRange(`holdSecs of ${name}`, options.holdSecs, 0, Number.MAX_VALUE);
    checkRange(`releaseRatio of ${name}`, options.releaseRatio, 0, 1);
    checkRange(`releaseSecs of ${name}`, options.releaseSecs, 0, Number.MAX_VALUE);
    checkRange(`staleSecs of ${name}`, options.staleSecs, 0, Number.MAX_VALUE);
  }
}

export function checkAlpha(name: string, alpha: number): void {
  checkRange(`α of ${name}`, alpha, Number.MIN_VALUE, Number.MAX_VALUE);
}
