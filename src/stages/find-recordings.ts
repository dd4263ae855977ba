import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { PlantsenseError } from '../errors.js';

const RECORDING = /\.(wav|flac|ogg|oga)$/i;

/** Whether a name is that of a recording, by its ending. */
export function isRecordingName(name: string): boolean {
  return RECORDING.test(name);
}

/**
 * Files as they are, and of directories the recordings in them and below, by name.
 * @throws PlantsenseError FILE_NOT_FOUND for what is not there, and for a directory without recordings
 */
export async function findRecordings(paths: readonly string[]): Promise<readonly string[]> {
  const found: string[] = [];
  for (const path of paths) {
    const stats = await stat(path).catch(cause => {
      throw new PlantsenseError('FILE_NOT_FOUND', `There is no file or directory at ${path}.`, { cause });
    });
    if (!stats.isDirectory()) {
      found.push(path);
      continue;
    }
    const entries = await readdir(path, { recursive: true });
    const recordings = entries.filter(isRecordingName).sort();
    if (recordings.length === 0)
      throw new PlantsenseError('FILE_NOT_FOUND', `There is no WAV, FLAC or Ogg Vorbis file in ${path}.`);
    found.push(...recordings.map(name => join(path, name)));
  }
  return found;
}
