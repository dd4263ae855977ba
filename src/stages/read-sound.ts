import { decodeAudio, type Sound } from '../audio/audio-file.js';
import { PlantsenseError } from '../errors.js';
import { readBytes } from '../files.js';

/**
 * Reads a recording; its errors name the file.
 * @throws PlantsenseError FILE_NOT_FOUND, and what `decodeAudio` throws
 */
export async function readSound(path: string): Promise<Sound> {
  const bytes = await readBytes(path);
  try {
    return await decodeAudio(bytes);
  } catch (error) {
    if (!(error instanceof PlantsenseError)) throw error;
    throw new PlantsenseError(error.code, `${path}: ${error.message}`, { cause: error });
  }
}
