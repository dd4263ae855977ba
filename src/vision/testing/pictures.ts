import type { Random } from '../../random.js';
import type { GreyImage } from '../grey.js';
import type { Image } from '../image.js';

/** For tests: a grey picture by a rule. */
export function greyPicture(
  width: number,
  height: number,
  level: (x: number, y: number) => number,
): GreyImage {
  const data = Uint8Array.from({ length: width * height }, (_, i) => level(i % width, Math.floor(i / width)));
  return { width, height, channels: 1, data };
}

/** For tests: a picture of noise. */
export function noisePicture(
  random: Random,
  shape: { width: number; height: number; channels?: 1 | 3; bits?: 8 | 16 },
): Image {
  const { width, height, channels = 1, bits = 8 } = shape;
  const size = width * height * channels;
  const data = bits === 16 ? new Uint16Array(size) : new Uint8Array(size);
  for (let i = 0; i < size; i++) data[i] = random.int(2 ** bits);
  return { width, height, channels, data };
}
