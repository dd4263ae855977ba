import { Random } from '../random.js';
import type { SoundSource } from './sound-source.js';

/** What a microphone hears besides its background. */
export interface HeardSound {
  readonly source: SoundSource;
  /** Not heard earlier than this after the recorder's start. */
  readonly fromSecs: number;
}

/** How dense sounds are: each bound is uniform between two lengths. */
export interface SoundRhythm {
  readonly soundSecs: readonly [min: number, max: number];
  readonly pauseSecs: readonly [min: number, max: number];
}

/** One sound that is played: a piece of a recording, at a place in the microphone's stream. */
export interface Visit {
  readonly source: SoundSource;
  readonly firstSample: number;
  readonly sampleCount: number;
  /** Which of the source's recordings, and where in it the piece begins. */
  readonly recording: number;
  readonly recordingStart: number;
  /** Factor that brings the piece to its level. */
  readonly gain: number;
}

/** Sounds differ in loudness by up to this, each way. */
const LEVEL_SPREAD_DB = 3;

/**
 * The sounds in a microphone's stream, one after the other and never two at once, without an end: rounds of all that are
 * heard, each in another order. The same arguments give the same visits.
 */
export function* soundSchedule(
  heard: readonly HeardSound[],
  { soundSecs, pauseSecs }: SoundRhythm,
  { sampleRateHz, seed }: { readonly sampleRateHz: number; readonly seed: number },
): Generator<Visit, void> {
  if (heard.length === 0) return;
  const random = new Random(seed);
  const uniform = ([min, max]: readonly [number, number]) => min + (max - min) * random.next();
  // The first sound comes at any point of a pause: microphones that start together are not in step.
  let atSecs = pauseSecs[1] * random.next();
  let round: SoundSource[] = [];
  for (;;) {
    if (round.length === 0) round = random.shuffle(audibleAt(heard, atSecs));
    const source = round.pop()!;
    const recording = random.int(source.recordings.length);
    const { samples, gain } = source.recordings[recording]!;
    const sampleCount = Math.min(samples.length, Math.round(uniform(soundSecs) * sampleRateHz));
    yield {
      source,
      firstSample: Math.round(atSecs * sampleRateHz),
      sampleCount,
      recording,
      recordingStart: random.int(samples.length - sampleCount + 1),
      gain: gain * 10 ** (uniform([-LEVEL_SPREAD_DB, LEVEL_SPREAD_DB]) / 20),
    };
    atSecs += sampleCount / sampleRateHz + uniform(pauseSecs);
  }
}

/** The sounds that have begun to be heard; all of them before the first has. */
function audibleAt(heard: readonly HeardSound[], atSecs: number): SoundSource[] {
  const audible = heard.filter(({ fromSecs }) => fromSecs <= atSecs);
  return (audible.length > 0 ? audible : heard).map(({ source }) => source);
}
