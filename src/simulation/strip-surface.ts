import type { Random } from '../random.js';
import { type GreyField, smoothNoise } from './grey-field.js';

/** A strip of hot-rolled steel without a defect, and the light on it. Grey values: 0 is black, 1 is white. */
export interface StripSpec {
  /** Of the steel in the middle of the picture. */
  readonly tone: number;
  /** Deviation of the grain, which the rolls draw out along the strip. */
  readonly grain: number;
  /** Deviation of broad bands along the strip. */
  readonly bands: number;
  /** The light waxes and wanes by this share of itself, */
  readonly drift: number;
  /** in a period of this length. */
  readonly driftSecs: number;
  /** So much darker is the edge of the picture than its middle, as a share. */
  readonly falloff: number;
  /** Standard deviation of the sensor's noise. */
  readonly noise: number;
}

/** Tone, grain and bands: what lies under defects. */
export function stripSurface({ tone, grain, bands }: StripSpec, sizePx: number, random: Random): GreyField {
  const fine = smoothNoise(sizePx, 1.5, 9, random).data;
  const coarse = smoothNoise(sizePx, 4, 30, random).data;
  const broad = smoothNoise(sizePx, 40, 4 * sizePx, random).data;
  const data = fine.map((value, i) => tone + grain * (value + 0.7 * coarse[i]!) + bands * broad[i]!);
  return { sizePx, data };
}

/** What a camera sees of a surface, 8 bits a pixel: in the light of that moment, with the sensor's noise. */
export function photograph(
  { sizePx, data }: GreyField,
  { drift, driftSecs, falloff, noise }: StripSpec,
  atSecs: number,
  random: Random,
): Uint8Array {
  const light = 1 + drift * Math.sin((2 * Math.PI * atSecs) / driftSecs);
  const middle = sizePx / 2;
  const pixels = new Uint8ClampedArray(data.length);
  for (let y = 0, i = 0; y < sizePx; y++) {
    for (let x = 0; x < sizePx; x++, i++) {
      // The lamp is a line along the strip: its light falls off to both sides, and a little along it.
      const across = (x - middle) / middle;
      const along = (y - middle) / middle;
      const shade = 1 - falloff * (across * across + 0.2 * along * along);
      pixels[i] = 255 * (light * shade * data[i]! + noise * random.normal());
    }
  }
  return new Uint8Array(pixels.buffer);
}
