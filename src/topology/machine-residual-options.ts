import { CREEPING_DEFAULTS, SUDDEN_DEFAULTS } from '../anomaly/detector-options.js';
import { SEGMENT_DEFAULTS, type SegmentOptions } from '../audio/segments.js';
import type { MachineResidualOptions as Started } from '../stages/machine-residual.js';
import type { MachineResidualOptions } from './stage-options.js';

/** The options of a stage as it takes them. */
export function machineResidualOf({ sudden, creeping, segment, ...rest }: MachineResidualOptions): Started {
  const detectors = [
    { ...SUDDEN_DEFAULTS, ...sudden },
    { ...CREEPING_DEFAULTS, ...creeping },
  ];
  return { ...rest, segment: segmentOf(segment), detectors };
}

/** What its segments are cut with. */
export function segmentOf({ hop, step }: MachineResidualOptions['segment']): SegmentOptions {
  return { ...SEGMENT_DEFAULTS, overlap: SEGMENT_DEFAULTS.nFft - hop, step };
}
