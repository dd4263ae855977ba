import { PlantsenseError } from '../errors.js';

/** How large a picture may be: what a few bytes announce must not take all memory. */
export interface ImageLimits {
  /** Width × height. */
  readonly maxPixels: number;
  /** Of the file, before it is decoded. */
  readonly maxBytes: number;
}

/** Room for a line camera's 8,192 × 12,000; decoded, that takes 600 MB at worst (16-bit RGB). */
export const IMAGE_LIMITS: ImageLimits = { maxPixels: 100e6, maxBytes: 256 * 2 ** 20 };

/** @throws PlantsenseError IMAGE_TOO_LARGE */
export function checkImageBytes(bytes: number, limits: ImageLimits): void {
  if (bytes > limits.maxBytes)
    throw new PlantsenseError(
      'IMAGE_TOO_LARGE',
      `The picture has ${bytes} bytes, and at most ${limits.maxBytes} are read.`,
    );
}

/**
 * Checks the size that a header announces, before memory is taken for it.
 * @throws PlantsenseError IMAGE_INVALID for a size that no picture has, IMAGE_TOO_LARGE
 */
export function checkImageSize(width: number, height: number, limits: ImageLimits): void {
  if (!(Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0))
    throw new PlantsenseError(
      'IMAGE_INVALID',
      `A picture can't be ${width} pixels wide and ${height} pixels high.`,
    );
  if (width * height > limits.maxPixels)
    throw new PlantsenseError(
      'IMAGE_TOO_LARGE',
      `The picture has ${width} × ${height} pixels, and at most ${limits.maxPixels} are decoded.`,
    );
}
