import { basename, relative, resolve, sep } from 'node:path';
import { findFiles } from './find-files.js';

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

/**
 * Files as they are, and of directories the pictures in them and below, by name.
 * @throws PlantsenseError FILE_NOT_FOUND for what is not there, and for a directory without pictures
 */
export async function findImages(paths: readonly string[]): Promise<readonly ImageFile[]> {
  const found = await findFiles(paths, name => PICTURE.test(name), 'JPEG, PNG, TIFF or BMP');
  const directories = new Set(found.flatMap(({ directory }) => directory ?? []));
  return found.map(({ path, directory }) => {
    if (directory === null) return { path, folder: null };
    const [folder = '', ...rest] = relative(directory, path).split(sep);
    const own = directories.size > 1 ? basename(resolve(directory)) : null;
    return { path, folder: rest.length > 0 ? folder : own };
  });
}
