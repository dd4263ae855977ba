import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeAudio, type Sound } from '../audio/audio-file.js';
import { PlantsenseError } from '../errors.js';
import { type SoundSource, soundSource } from './sound-source.js';

/**
 * What is heard in the simulated plant: recordings of `samples/` that can pass for a plant's machines, and how loud they
 * are at a microphone, A-weighted, dB SPL. The names are the simulation's own: no chunk tells them.
 */
export const PLANT_SOUNDS = {
  /** A chainsaw. */
  grinder: { files: ['2-50668-A.ogg', '2-50668-B.ogg'], levelDb: 96 },
  /** A helicopter. */
  ventilator: { files: ['2-37806-B.ogg', '2-37806-D.ogg'], levelDb: 91 },
  /** A fire. */
  welder: { files: ['5-215658-A.ogg', '5-215658-B.ogg'], levelDb: 92 },
  /** A clock. */
  indexer: { files: ['2-140147-A.ogg'], levelDb: 93 },
  /** Rain. */
  washer: { files: ['1-17367-A.ogg', '1-21189-A.ogg'], levelDb: 90 },
  /** A dog, as itself. */
  dog: { files: ['2-114280-A.ogg'], levelDb: 93 },
} as const satisfies Record<string, { readonly files: readonly string[]; readonly levelDb: number }>;

export type PlantSoundName = keyof typeof PLANT_SOUNDS;
export type PlantSounds = Readonly<Record<PlantSoundName, SoundSource>>;

/**
 * Decodes the recordings and brings them to the microphones' rate.
 * @param directory that of the recordings
 * @throws PlantsenseError FILE_NOT_FOUND, AUDIO_DAMAGED
 */
export async function loadPlantSounds(
  directory: string,
  at: { readonly sampleRateHz: number; readonly calibrationDbSpl: number },
): Promise<PlantSounds> {
  const entries = Object.entries(PLANT_SOUNDS).map(async ([name, { files, levelDb }]) => {
    const sounds = await Promise.all(files.map(file => readSound(join(directory, file))));
    return [name, soundSource(name, sounds, { ...at, levelDb })] as const;
  });
  return Object.fromEntries(await Promise.all(entries)) as PlantSounds;
}

async function readSound(path: string): Promise<Sound> {
  const bytes = await readFile(path).catch(cause => {
    throw new PlantsenseError('FILE_NOT_FOUND', `Can't read the sample ${path}.`, { cause });
  });
  return decodeAudio(bytes);
}
