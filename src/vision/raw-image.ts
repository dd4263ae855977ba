import { PlantsenseError } from '../errors.js';
import type { Image } from './image.js';
import { checkImageSize, IMAGE_LIMITS, type ImageLimits } from './image-limits.js';

/** Pixels without a file format, row by row without padding: grey, RGB, or grey of 16 bits, little endian. */
export type RawImageEncoding = 'GRAY8' | 'RGB8' | 'GRAY16';

const BYTES_PER_PIXEL = { GRAY8: 1, RGB8: 3, GRAY16: 2 } as const;

/**
 * The picture that raw pixels are. Those of 8 bits are not copied.
 * @throws PlantsenseError IMAGE_EMPTY, IMAGE_TOO_LARGE, IMAGE_INVALID when the size and the bytes don't agree
 */
export function rawImage(
  encoding: RawImageEncoding,
  width: number,
  height: number,
  bytes: Uint8Array,
  limits: ImageLimits = IMAGE_LIMITS,
): Image {
  if (bytes.length === 0) throw new PlantsenseError('IMAGE_EMPTY', 'The picture has 0 bytes.');
  checkImageSize(width, height, limits);
  const expected = width * height * BYTES_PER_PIXEL[encoding];
  if (bytes.length !== expected)
    throw new PlantsenseError(
      'IMAGE_INVALID',
      `${width} × ${height} pixels of ${encoding} are ${expected} bytes, not ${bytes.length}.`,
    );
  if (encoding === 'GRAY16') return { width, height, channels: 1, data: littleEndian16(bytes) };
  return { width, height, channels: encoding === 'RGB8' ? 3 : 1, data: bytes };
}

/** Bytes may start at an odd address, where no Uint16Array can. */
function littleEndian16(bytes: Uint8Array): Uint16Array {
  const data = new Uint16Array(bytes.length / 2);
  for (let i = 0; i < data.length; i++) data[i] = bytes[2 * i]! | (bytes[2 * i + 1]! << 8);
  return data;
}
