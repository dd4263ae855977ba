import { dbToPower } from '../audio/level.js';
import type { Random } from '../random.js';
import type { RecorderSetting } from './machine-spec.js';

/** What is heard once a cycle. */
export type Motion = Stroke | Sweep;

interface Timed {
  /** Since the cycle's start. */
  readonly atSecs: number;
  readonly lastsSecs: number;
  /** At its loudest. */
  readonly levelDb: number;
}

/** A pneumatic cylinder: air that hisses, and a body that rings when the piston arrives. */
export interface Stroke extends Timed {
  readonly type: 'stroke';
  /** Frequency at which the body rings. */
  readonly ringHz: number;
}

/** A servo that runs up to a speed and back: a tone with two harmonics, 6 and 12 dB weaker. */
export interface Sweep extends Timed {
  readonly type: 'sweep';
  readonly lowHz: number;
  readonly highHz: number;
}

/** Standard deviations from cycle to cycle. */
const LENGTH_SPREAD = 0.02;
const FREQUENCY_SPREAD = 0.01;
const LEVEL_SPREAD_DB = 0.7;

const ATTACK_SECS = 0.004;
const RING_SECS = 0.03;

/** A motion as it is heard in one cycle: no two are quite alike. */
export function motionSound(motion: Motion, at: RecorderSetting, random: Random): Float32Array {
  const lastsSecs = motion.lastsSecs * (1 + LENGTH_SPREAD * boundedNormal(random));
  const levelDb = motion.levelDb + LEVEL_SPREAD_DB * boundedNormal(random);
  const varied = { ...motion, lastsSecs, levelDb };
  const bend = 1 + FREQUENCY_SPREAD * boundedNormal(random);
  return varied.type === 'stroke' ? strokeSound(varied, bend, at, random) : sweepSound(varied, bend, at);
}

/** Normal within three standard deviations. */
export function boundedNormal(random: Random): number {
  return Math.max(-3, Math.min(3, random.normal()));
}

function strokeSound(
  { lastsSecs, levelDb, ringHz }: Stroke,
  bend: number,
  { sampleRateHz, calibrationDbSpl }: RecorderSetting,
  random: Random,
): Float32Array {
  const rms = Math.sqrt(dbToPower(levelDb, calibrationDbSpl));
  const samples = new Float32Array(Math.round(lastsSecs * sampleRateHz));
  const turn = (2 * Math.PI * ringHz * bend) / sampleRateHz;
  const arrives = Math.round(0.6 * samples.length);
  let before = 0;
  for (let i = 0; i < samples.length; i++) {
    const secs = i / sampleRateHz;
    const air = Math.min(1, secs / ATTACK_SECS) * Math.exp((-3 * i) / samples.length);
    // The difference of two normals has twice their power, and little of it at low frequencies.
    const white = random.normal();
    samples[i] = (rms * air * (white - before)) / Math.SQRT2;
    before = white;
    if (i < arrives) continue;
    const ring = Math.exp(-(i - arrives) / (RING_SECS * sampleRateHz));
    samples[i]! += Math.SQRT2 * rms * ring * Math.sin(turn * (i - arrives));
  }
  return samples;
}

function sweepSound(
  { lastsSecs, levelDb, lowHz, highHz }: Sweep,
  bend: number,
  { sampleRateHz, calibrationDbSpl }: RecorderSetting,
): Float32Array {
  const amplitude = Math.SQRT2 * Math.sqrt(dbToPower(levelDb, calibrationDbSpl));
  const samples = new Float32Array(Math.round(lastsSecs * sampleRateHz));
  let phase = 0;
  for (let i = 0; i < samples.length; i++) {
    const share = Math.sin((Math.PI * i) / samples.length);
    const frequencyHz = bend * (lowHz + (highHz - lowHz) * share * share);
    phase += (2 * Math.PI * frequencyHz) / sampleRateHz;
    const tone = Math.sin(phase) + 0.5 * Math.sin(2 * phase) + 0.25 * Math.sin(3 * phase);
    samples[i] = amplitude * Math.sqrt(share) * tone;
  }
  return samples;
}
