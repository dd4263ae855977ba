import { dbToPower } from '../audio/level.js';
import { Random } from '../random.js';
import type { PlacedSound, RecorderSetting } from './machine-spec.js';

/** Something loose that strikes now and then: short bursts of noise. */
export interface ClackSpec {
  /** The first one comes so long after the recorder's start, */
  readonly fromSecs: number;
  /** and each further one this much after the one before, drawn uniformly. */
  readonly everySecs: readonly [shortest: number, longest: number];
  /** While it lasts. */
  readonly levelDb: number;
}

/** A clack lasts so long; within, it falls by 43 dB. */
const CLACK_SECS = 0.04;
const DECAY_SECS = CLACK_SECS / 5;

/** Clacks without an end. */
export function* clackSounds(
  { fromSecs, everySecs: [shortest, longest], levelDb }: ClackSpec,
  { sampleRateHz, calibrationDbSpl }: RecorderSetting,
  seed: number,
): Generator<PlacedSound, void> {
  const random = new Random(seed);
  // The mean square of exp(-t / DECAY_SECS) while a clack lasts is DECAY_SECS / (2 · CLACK_SECS), but for 0.005 %.
  const gain = Math.sqrt(dbToPower(levelDb, calibrationDbSpl)) * Math.sqrt((2 * CLACK_SECS) / DECAY_SECS);
  const length = Math.round(CLACK_SECS * sampleRateHz);
  for (let secs = fromSecs; ; secs += shortest + (longest - shortest) * random.next()) {
    const samples = Float32Array.from(
      { length },
      (_, i) => gain * Math.exp(-i / (DECAY_SECS * sampleRateHz)) * random.normal(),
    );
    yield { firstSample: Math.round(secs * sampleRateHz), samples };
  }
}
