import type { Image } from './image.js';

/** One channel of 8 bits, `[height, width]`. */
export interface GreyImage {
  readonly width: number;
  readonly height: number;
  readonly channels: 1;
  readonly data: Uint8Array;
}

/** ITU-R 601 luma in 16-bit fixed point, as PIL's `convert('L')`: together 65,536. */
const RED = 19_595;
const GREEN = 38_470;
const BLUE = 7_471;

/**
 * A picture as grey of 8 bits. Colours are weighed as PIL's `convert('L')` does, bit for bit; 16 bits are divided by 257
 * and rounded, so that 65,535 becomes 255. A picture that is grey of 8 bits is given back as it is.
 */
export function toGrey8(image: Image): GreyImage {
  const { width, height, channels, data } = image;
  if (channels === 1 && data instanceof Uint8Array) return { width, height, channels, data };
  const scale = data instanceof Uint16Array ? 1 / 257 : 1;
  const out = new Uint8Array(width * height);
  if (channels === 1) for (let i = 0; i < out.length; i++) out[i] = Math.round(data[i]! * scale);
  else
    for (let i = 0; i < out.length; i++) {
      const luma = RED * data[3 * i]! + GREEN * data[3 * i + 1]! + BLUE * data[3 * i + 2]!;
      out[i] = Math.floor((luma * scale + 0x8000) / 0x10000);
    }
  return { width, height, channels: 1, data: out };
}
