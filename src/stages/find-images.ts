import { sep } from 'node:path';
import { findFiles } from './find-files.js';

const PICTURE = /\.(jpe?g|png|tiff?|bmp)$/i;

/** A file that holds a picture, by its name. */
export interface ImageFile {
  readonly path: string;
  /**
   * Of a file that was found in a directory, the directory next below the one that was asked for; null where the file lies
   * in that one itself, or was asked for by name. Where pictures are sorted into folders, these are their near-labels.
   */
  readonly folder: string | null;
}

/**
 * Files as they are, and of directories the pictures in them and below, by name.
 * @throws PlantsenseError FILE_NOT_FOUND for what is not there, and for a directory without pictures
 */
export async function findImages(paths: readonly string[]): Promise<readonly ImageFile[]> {
  const found = await findFiles(paths, name => PICTURE.test(name), 'JPEG, PNG, TIFF or BMP');
  return found.map(({ path, within }) => {
    const [folder, ...rest] = within?.split(sep) ?? [];
    return { path, folder: rest.length > 0 ? folder! : null };
  });
}
