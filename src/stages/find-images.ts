import { readdir, stat } from 'node:fs/promises';
import { basename, join, resolve, sep } from 'node:path';
import { PlantsenseError } from '../errors.js';

const PICTURE = /\.(jpe?g|png|tiff?|bmp)$/i;

/** A file that holds a picture, by its name. */
export interface ImageFile {
  readonly path: string;
  /**
   * Of a file that was found in a directory, the directory next below the one that was asked for. Where the file lies in
   * that one itself: its name when several were asked for (`strips/*`), else null, as for a file that was asked for by
   * name. Where pictures are sorted into folders, these are their near-labels.
   */
  readonly folder: string | null;
}

/** Whether a name is that of a picture, by its ending. */
export function isImageName(name: string): boolean {
  return PICTURE.test(name);
}

/**
 * Files as they are, and of directories the pictures in them and below, by name.
 * @throws PlantsenseError FILE_NOT_FOUND for what is not there, and for a directory without pictures
 */
export async function findImages(paths: readonly string[]): Promise<readonly ImageFile[]> {
  const isDirectory = await Promise.all(paths.map(isDirectoryAt));
  const areSeveral = isDirectory.filter(Boolean).length > 1;
  const found: ImageFile[] = [];
  for (const [i, path] of paths.entries()) {
    if (!isDirectory[i]) {
      found.push({ path, folder: null });
      continue;
    }
    const pictures = (await readdir(path, { recursive: true })).filter(isImageName).sort();
    if (pictures.length === 0)
      throw new PlantsenseError('FILE_NOT_FOUND', `There is no JPEG, PNG, TIFF or BMP file in ${path}.`);
    const own = areSeveral ? basename(resolve(path)) : null;
    for (const name of pictures) {
      const [folder = '', ...rest] = name.split(sep);
      found.push({ path: join(path, name), folder: rest.length > 0 ? folder : own });
    }
  }
  return found;
}

async function isDirectoryAt(path: string): Promise<boolean> {
  const stats = await stat(path).catch(cause => {
    throw new PlantsenseError('FILE_NOT_FOUND', `There is no file or directory at ${path}.`, { cause });
  });
  return stats.isDirectory();
}
