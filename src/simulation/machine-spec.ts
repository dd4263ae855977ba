import type { BearingWear } from './bearing.js';
import type { ClackSpec } from './clacks.js';
import type { Motion } from './motion.js';

/** A machine that does the same over and over, as its own microphone hears it. Levels are unweighted, dB SPL. */
export interface MachineSpec {
  /** From one cycle's start to the next one's, on average. */
  readonly cycleSecs: number;
  /** In order of their starts. */
  readonly motions: readonly Motion[];
  /** Its ageing. */
  readonly wear?: BearingWear;
  readonly clacks?: ClackSpec;
}

/** Of the microphones that hear it. */
export interface RecorderSetting {
  readonly sampleRateHz: number;
  /** dB SPL of a full-scale sine. */
  readonly calibrationDbSpl: number;
}

/** A sound at a place in a microphone's stream. */
export interface PlacedSound {
  readonly firstSample: number;
  readonly samples: Float32Array;
}
