import { PlantsenseError } from '../errors.js';

/** The file formats that we decode. */
export type ImageFormat = 'JPEG' | 'PNG' | 'TIFF' | 'BMP';

/** First bytes of each format, as latin-1. TIFF has two byte orders, and BigTIFF has them too. */
const MAGIC: readonly (readonly [magic: string, format: ImageFormat])[] = [
  ['\xff\xd8\xff', 'JPEG'],
  ['\x89PNG\r\n\x1a\n', 'PNG'],
  ['II*\0', 'TIFF'],
  ['MM\0*', 'TIFF'],
  ['II+\0', 'TIFF'],
  ['MM\0+', 'TIFF'],
  ['BM', 'BMP'],
];

/**
 * What a file is by its first bytes; its name doesn't count.
 * @throws PlantsenseError IMAGE_EMPTY, IMAGE_FORMAT_UNSUPPORTED
 */
export function imageFormat(bytes: Uint8Array): ImageFormat {
  if (bytes.length === 0) throw new PlantsenseError('IMAGE_EMPTY', 'The picture has 0 bytes.');
  const start = String.fromCharCode(...bytes.subarray(0, 8));
  for (const [magic, format] of MAGIC) if (start.startsWith(magic)) return format;
  throw new PlantsenseError(
    'IMAGE_FORMAT_UNSUPPORTED',
    `The file starts with ${JSON.stringify(start)}: it is neither JPEG, PNG, TIFF nor BMP.`,
  );
}
