import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { PlantsenseError } from '../errors.js';

/** A file that was asked for. */
export interface FoundFile {
  readonly path: string;
  /** The one that was asked for, in or below which it lies; null where the file was asked for by name. */
  readonly directory: string | null;
}

/**
 * Files as they are, and of directories those in them and below that are wanted, by name.
 *
 * @param kinds what is wanted, for the error
 * @throws PlantsenseError FILE_NOT_FOUND for what is not there, and for a directory without such files
 */
export async function findFiles(
  paths: readonly string[],
  isWanted: (name: string) => boolean,
  kinds: string,
): Promise<readonly FoundFile[]> {
  const found: FoundFile[] = [];
  for (const path of paths) {
    const stats = await stat(path).catch(cause => {
      throw new PlantsenseError('FILE_NOT_FOUND', `There is no file or directory at ${path}.`, { cause });
    });
    if (!stats.isDirectory()) {
      found.push({ path, directory: null });
      continue;
    }
    const names = (await readdir(path, { recursive: true })).filter(isWanted).sort();
    if (names.length === 0)
      throw new PlantsenseError('FILE_NOT_FOUND', `There is no ${kinds} file in ${path}.`);
    for (const name of names) found.push({ path: join(path, name), directory: path });
  }
  return found;
}
