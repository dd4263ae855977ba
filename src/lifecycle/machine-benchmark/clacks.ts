import { PlantsenseError } from '../../errors.js';
import { Random } from '../../random.js';

export interface ClackOptions {
  /** Power of the whole recording over that of one clack while it lasts, dB: 0 is as loud, more is quieter. */
  readonly snrDb: number;
  readonly seed: number;
  /** Shortest and longest time from one clack to the next, both drawn alike. Default 0.3 and 0.9: each segment hears one. */
  readonly gapSecs?: readonly [shortest: number, longest: number];
}

export interface Clacked {
  readonly samples: Float32Array;
  /** Place of the first sample of each. */
  readonly starts: readonly number[];
}

/** A clack lasts so long; within, it falls by 43 dB. */
export const CLACK_SECS = 0.04;
const DECAY_SECS = CLACK_SECS / 5;

/**
 * Adds intermittent noise to a recording of normal operation, as the paper did by hand (section 3.1): clacks, each a burst
 * of white noise that begins at once and decays exponentially, at random times. The recording itself stays as it is.
 *
 * @throws PlantsenseError PARAMETER_INVALID
 */
export function addClacks(samples: Float32Array, sampleRateHz: number, options: ClackOptions): Clacked {
  const { snrDb, seed, gapSecs: [shortest, longest] = [0.3, 0.9] } = options;
  if (!Number.isFinite(snrDb) || !(shortest > 0 && longest >= shortest))
    throw new PlantsenseError(
      'PARAMETER_INVALID',
      `Clacks need a signal-to-noise ratio and rising gaps above 0, not ${snrDb} dB and ${shortest} to ${longest} s.`,
    );
  const random = new Random(seed);
  const out = samples.slice();
  const power = meanSquare(samples) / 10 ** (snrDb / 10);
  const length = Math.max(1, Math.round(CLACK_SECS * sampleRateHz));
  const clack = new Float32Array(length);
  const starts: number[] = [];
  // The first one comes as if there had been others before.
  let at = Math.floor(random.next() * longest * sampleRateHz);
  while (at < samples.length) {
    for (let i = 0; i < length; i++) clack[i] = random.normal() * Math.exp(-i / (DECAY_SECS * sampleRateHz));
    const scale = Math.sqrt(power / meanSquare(clack));
    for (let i = 0; i < length && at + i < out.length; i++) out[at + i]! += scale * clack[i]!;
    starts.push(at);
    at += Math.max(1, Math.round((shortest + random.next() * (longest - shortest)) * sampleRateHz));
  }
  return { samples: out, starts };
}

function meanSquare(samples: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < samples.length; i++) sum += samples[i]! * samples[i]!;
  return sum / samples.length;
}
