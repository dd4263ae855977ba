import { stat } from 'node:fs/promises';
import { PlantsenseError } from '../errors.js';
import { readBytes } from '../files.js';
import { decodeImage } from '../vision/decode-image.js';
import type { Image } from '../vision/image.js';
import { checkImageBytes, IMAGE_LIMITS, type ImageLimits } from '../vision/image-limits.js';

/**
 * Reads a picture; its errors name the file. A file that is too large is not read.
 * @throws PlantsenseError FILE_NOT_FOUND, and what `decodeImage` throws
 */
export async function readImage(path: string, limits: ImageLimits = IMAGE_LIMITS): Promise<Image> {
  const size = (await stat(path).catch(() => null))?.size ?? 0;
  try {
    checkImageBytes(size, limits);
    return await decodeImage(await readBytes(path), limits);
  } catch (error) {
    if (!(error instanceof PlantsenseError) || error.code === 'FILE_NOT_FOUND') throw error;
    throw new PlantsenseError(error.code, `${path}: ${error.message}`, { cause: error });
  }
}
