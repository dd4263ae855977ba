import { CREEPING_DEFAULTS, SUDDEN_DEFAULTS } from '../../anomaly/detector-options.js';
import type { SoundSegment } from '../../audio/segment-stream.js';
import { SEGMENT_DEFAULTS } from '../../audio/segments.js';
import type { MachineDetails } from '../../lifecycle/machine-model/machine-details.js';
import type { HeardSegment } from '../machine-lane.js';
import type { JudgingModel, SegmentScore, UntunedDetector } from '../machine-state.js';

/** A detector's n in these tests: few, so that a second has many means. */
export const CREEPING_N = 4;

/** Short times, so that everything happens often. */
export const QUICK_DETECTORS: readonly UntunedDetector[] = [
  { ...SUDDEN_DEFAULTS, raiseRatio: 1.2, releaseSecs: 0.03, staleSecs: 0.2 },
  { ...CREEPING_DEFAULTS, n: CREEPING_N, holdSegments: 5, releaseSecs: 0.05, staleSecs: 0.3 },
];

/** A model with thresholds and no network: {@link scoreOf} takes its place. */
export function judgingModel(version: string, alpha: number, bands = 2, ns = [1, CREEPING_N]): JudgingModel {
  const threshold = { alpha, type: 'quantile', provisional: false, independentMeans: 100 } as const;
  const rest = { specificity: 0.99, sensitivity: null, gamma: null };
  const normalBands = new Array<number>(bands).fill(0.1);
  return {
    version,
    details: {
      segment: SEGMENT_DEFAULTS,
      normalBands,
      thresholds: ns.map(n => ({ n, ...threshold, ...rest })),
    } as unknown as MachineDetails,
  };
}

/** A residual that grows with the loudness. */
export function scoreOf({ sound, isOff }: HeardSegment, model: JudgingModel): SegmentScore {
  if (isOff) return { model, residual: 0, bandResiduals: null };
  const residual = 10 * rms(sound);
  const bandResiduals = Float64Array.from(model.details.normalBands, (_, band) => residual * (1 + band));
  return { model, residual, bandResiduals };
}

function rms({ samples }: SoundSegment): number {
  return Math.sqrt(samples.reduce((sum, value) => sum + value * value, 0) / samples.length);
}
