import { findFiles } from './find-files.js';

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
  const found = await findFiles(paths, isRecordingName, 'WAV, FLAC or Ogg Vorbis');
  return found.map(({ path }) => path);
}
