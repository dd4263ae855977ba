import type { Sound } from '../audio/audio-file.js';
import { measureLevels } from '../audio/measure-levels.js';
import { resample } from '../audio/resample.js';
import { PlantsenseError } from '../errors.js';

/** A machine, or whatever else is heard now and then, by recordings of it. */
export interface SoundSource {
  readonly name: string;
  readonly recordings: readonly SourceRecording[];
}

export interface SourceRecording {
  /** At the rate of the microphones that hear it, quiet beginning and end cut off. */
  readonly samples: Float32Array;
  /** Factor that brings it to the source's level at a microphone. */
  readonly gain: number;
}

/** Sound this far below the loudest tenth of a second counts as the recording's silence. */
const SILENCE_BELOW_DB = 30;

/**
 * Prepares recordings for microphones of one rate and calibration.
 * @param levelDb A-weighted level at the microphone, dB SPL
 * @throws PlantsenseError AUDIO_EMPTY for a recording of silence
 */
export function soundSource(
  name: string,
  sounds: readonly Sound[],
  at: { readonly levelDb: number; readonly sampleRateHz: number; readonly calibrationDbSpl: number },
): SoundSource {
  const recordings = sounds.map(sound => {
    const samples = trimmed(resample(sound.samples, sound.sampleRateHz, at.sampleRateHz), at.sampleRateHz);
    const { laeqDb } = measureLevels(samples, at.sampleRateHz, at).overall;
    if (laeqDb === null) throw new PlantsenseError('AUDIO_EMPTY', `A recording of ${name} is silent.`);
    return { samples, gain: 10 ** ((at.levelDb - laeqDb) / 20) };
  });
  return { name, recordings };
}

/** Without the silence at both ends. */
function trimmed(samples: Float32Array, sampleRateHz: number): Float32Array {
  const step = Math.round(sampleRateHz / 10);
  const powers: number[] = [];
  for (let at = 0; at + step <= samples.length; at += step) {
    let power = 0;
    for (let i = at; i < at + step; i++) power += samples[i]! ** 2;
    powers.push(power);
  }
  const limit = Math.max(...powers) / 10 ** (SILENCE_BELOW_DB / 10);
  const first = powers.findIndex(power => power > limit);
  const last = powers.findLastIndex(power => power > limit);
  return samples.subarray(first * step, (last + 1) * step);
}
