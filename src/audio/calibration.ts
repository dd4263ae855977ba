/** Calibration from a recording of an acoustic calibrator (IEC 60942): a steady tone of known level. */
import { PlantsenseError } from '../errors.js';
import { FULL_SCALE } from './level.js';
import type { Tone } from './tone.js';
import { toneAt } from './tone.js';
import { checkSampleRate } from './weighting-design.js';

export interface CalibrationOptions {
  /** Level of the calibrator's tone. Default 94. */
  readonly toneDbSpl?: number;
}

export interface Calibration {
  /** dB SPL of a full-scale sine's RMS: what chunks carry. */
  readonly calibrationDbSpl: number;
  readonly toneHz: number;
  /** Level of the tone in the recording; 0 is a full-scale sine. */
  readonly toneDbfs: number;
  /** The steady stretch that was measured. */
  readonly startSecs: number;
  readonly durationSecs: number;
  /** Highest minus lowest level inside that stretch. */
  readonly spreadDb: number;
  /** The tone's share of the energy there, 0-1. */
  readonly toneShare: number;
}

/** Calibrators give 1 kHz, pistonphones 250 Hz; cheap ones are a few percent off. */
const NOMINAL_HZ = [1000, 250] as const;
const FREQUENCY_TOLERANCE = 0.05;
const MIN_RECORDING_SECS = 3;
const MIN_STEADY_SECS = 2;
const WINDOW_SECS = 0.25;
const MAX_SPREAD_DB = 0.2;
const MIN_TONE_SHARE = 0.9;
/** The tone is looked for in at most this many places. */
const MAX_LOOKS = 40;

/**
 * @param samples mono, full scale ±1; the tone may be preceded and followed by other sound
 * @throws PlantsenseError CALIBRATION_FAILED when it is too short, clipped, not steady, or not a tone near 1 kHz or 250 Hz;
 *   PARAMETER_INVALID when the rate is outside 8-192 kHz
 */
export function calibrate(
  samples: Float32Array,
  sampleRateHz: number,
  options: CalibrationOptions = {},
): Calibration {
  checkSampleRate(sampleRateHz);
  const recordedSecs = samples.length / sampleRateHz;
  if (recordedSecs < MIN_RECORDING_SECS) {
    fail(`The recording is ${recordedSecs.toFixed(1)} s long; ${MIN_RECORDING_SECS} s are needed.`);
  }
  const tone = findTone(samples, sampleRateHz);
  if (tone === null || tone.share < MIN_TONE_SHARE) {
    const best = tone === null ? 'it is silent' : `at best ${(100 * tone.share).toFixed(0)} % of the energy`;
    fail(`The recording holds no clear tone near 1 kHz or 250 Hz: ${best}.`);
  }
  const window = Math.round(WINDOW_SECS * sampleRateHz);
  const tones: Tone[] = [];
  for (let at = 0; at + window <= samples.length; at += window) {
    tones.push(toneAt(samples, at, window, tone.frequencyHz, sampleRateHz));
  }
  const steady = longestSteady(tones.map(({ levelDb }) => levelDb));
  const durationSecs = (steady.end - steady.begin) * WINDOW_SECS;
  if (durationSecs < MIN_STEADY_SECS) {
    fail(
      `The tone at ${tone.frequencyHz.toFixed(1)} Hz is not steady: within ${MAX_SPREAD_DB} dB for ${durationSecs} s only, ${MIN_STEADY_SECS} s are needed.`,
    );
  }
  const [from, to] = [steady.begin * window, steady.end * window];
  const clipped = samples.subarray(from, to).reduce((n, x) => (Math.abs(x) >= FULL_SCALE ? n + 1 : n), 0);
  if (clipped > 0) fail(`The tone is clipped: ${clipped} samples are at full scale.`);
  const stretch = tones.slice(steady.begin, steady.end);
  const tonePower = sum(stretch, ({ levelDb }) => 10 ** (levelDb / 10));
  const toneShare = Math.min(
    1,
    tonePower / sum(stretch, ({ levelDb, share }) => 10 ** (levelDb / 10) / share),
  );
  if (toneShare < MIN_TONE_SHARE) {
    fail(`Only ${(100 * toneShare).toFixed(0)} % of the energy is the tone: there is too much other sound.`);
  }
  const toneDbfs = 10 * Math.log10(tonePower / stretch.length);
  const stretchDb = stretch.map(({ levelDb }) => levelDb);
  return {
    calibrationDbSpl: (options.toneDbSpl ?? 94) - toneDbfs,
    toneHz: tone.frequencyHz,
    toneDbfs,
    startSecs: steady.begin * WINDOW_SECS,
    durationSecs,
    spreadDb: Math.max(...stretchDb) - Math.min(...stretchDb),
    toneShare,
  };
}

/** The clearest tone near a nominal frequency in any second of the recording; `null` in silence. */
function findTone(samples: Float32Array, rate: number): { frequencyHz: number; share: number } | null {
  const looks = Math.min(MAX_LOOKS, Math.floor((2 * samples.length) / rate) - 1);
  let best: { frequencyHz: number; share: number } | null = null;
  for (let i = 0; i < looks; i++) {
    const at = Math.floor((i * (samples.length - rate)) / Math.max(1, looks - 1));
    for (const nominal of NOMINAL_HZ) {
      const span = FREQUENCY_TOLERANCE * nominal;
      const found = strongest(samples, at, rate, nominal - span, nominal + span);
      if (found.share > (best?.share ?? 0)) best = found;
    }
  }
  return best;
}

/** Looks every 2 Hz in the second at `at`, then between the neighbours of the strongest. */
function strongest(
  samples: Float32Array,
  at: number,
  rate: number,
  lowHz: number,
  highHz: number,
): { frequencyHz: number; share: number } {
  const shareAt = (hz: number) => toneAt(samples, at, rate, hz, rate).share;
  let frequencyHz = lowHz;
  let share = 0;
  for (let hz = lowHz; hz <= highHz; hz += 2) {
    const here = shareAt(hz);
    if (here > share) [frequencyHz, share] = [hz, here];
  }
  for (let step = 1; step > 0.01; step /= 2) {
    for (const hz of [frequencyHz - step, frequencyHz + step]) {
      const here = shareAt(hz);
      if (here > share) [frequencyHz, share] = [hz, here];
    }
  }
  return { frequencyHz, share };
}

/** The longest run of windows whose levels lie within `MAX_SPREAD_DB`; of equally long ones the first. */
function longestSteady(levels: readonly number[]): { begin: number; end: number } {
  let best = { begin: 0, end: 0 };
  for (let begin = 0; begin < levels.length; begin++) {
    let [low, high, end] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, begin];
    for (; end < levels.length; end++) {
      low = Math.min(low, levels[end]!);
      high = Math.max(high, levels[end]!);
      // A window of silence is minus infinity.
      if (!(high - low <= MAX_SPREAD_DB)) break;
    }
    if (end - begin > best.end - best.begin) best = { begin, end };
  }
  return best;
}

const sum = (tones: readonly Tone[], value: (tone: Tone) => number): number =>
  tones.reduce((total, tone) => total + value(tone), 0);

function fail(message: string): never {
  throw new PlantsenseError('CALIBRATION_FAILED', message);
}
