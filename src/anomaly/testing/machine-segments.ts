import { CREEPING_DEFAULTS, type DetectorOptions, SUDDEN_DEFAULTS } from '../detector-options.js';
import type { MachineOptions } from '../machine-monitor.js';
import type { MachineSegment } from '../machine-segment.js';

/** Segments of the tests start so far from each other and last a little longer, as overlapping ones do. */
export const STEP_US = 1_000_000;
export const SEGMENT_US = 1_400_000;

/** A segment that starts `second` seconds after the epoch. */
export function segmentAt(
  second: number,
  residual: number,
  more: Partial<MachineSegment> = {},
): MachineSegment {
  const startUs = second * STEP_US;
  return {
    startUs,
    endUs: startUs + SEGMENT_US,
    afterGap: false,
    levelDb: 60,
    residual,
    bandResiduals: null,
    ...more,
  };
}

/** Segments that follow each other, from a second on. */
export function segmentsFrom(second: number, residuals: readonly number[]): MachineSegment[] {
  return residuals.map((residual, i) => segmentAt(second + i, residual));
}

/** α is 1 and opens at once; falls below 0.8 release after 3 s. */
export const SUDDEN: DetectorOptions = {
  ...SUDDEN_DEFAULTS,
  alpha: 1,
  raiseRatio: 1,
  releaseRatio: 0.8,
  releaseSecs: 3,
  staleSecs: 60,
};

/** Means of 4 above 0.5, five of them in a row. */
export const CREEPING: DetectorOptions = {
  ...CREEPING_DEFAULTS,
  n: 4,
  alpha: 0.5,
  holdSegments: 5,
  releaseSecs: 5,
  staleSecs: 60,
};

export function machineOptions(...detectors: DetectorOptions[]): MachineOptions {
  return { detectors, offBelowDb: 40, normalBands: null, worstBands: 2 };
}
