import { PlantsenseError } from '../errors.js';
import type { Image } from './image.js';

/** Pillow's fixed point for weights of 8-bit pixels: 32 bits, less 8 of the pixel, less 2 against overflow. */
const FIXED_POINT = 2 ** 22;

type Pixels = Uint8Array | Uint16Array;

/** Which pixels of a line make each pixel of the resized line, and with which weights. */
interface Taps {
  /** First pixel of each. */
  readonly first: Int32Array;
  /** How many pixels. */
  readonly count: Int32Array;
  /** `[size, stride]`: as many as `count` says are used. */
  readonly weights: Float64Array;
  readonly stride: number;
  /** What the weights of one pixel add up to. */
  readonly total: number;
}

/**
 * Resizes as Pillow's `Image.resize(size, Image.Resampling.BILINEAR)`: a triangle filter that is as wide as the reduction,
 * so that nothing aliases; first along the rows, then along the columns, rounded after each. Bit for bit Pillow's for
 * 8-bit pixels, and for 16-bit pixels that of its mode `I;16`, each channel by itself.
 *
 * The order is that of Pillow up to 12. From 13 on Pillow takes the columns first where the height shrinks much more than
 * the width, which changes some pixels by 1.
 *
 * @throws PlantsenseError PARAMETER_INVALID for a size that is not whole numbers from 1
 */
export function resizeBilinear(image: Image, width: number, height: number): Image {
  if (!(Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0))
    throw new PlantsenseError(
      'PARAMETER_INVALID',
      `A picture can't be resized to ${width} × ${height} pixels.`,
    );
  const { channels } = image;
  const isWide = image.data instanceof Uint16Array;
  const make = (size: number): Pixels => (isWide ? new Uint16Array(size) : new Uint8Array(size));
  let { data } = image;
  if (width !== image.width) {
    const out = make(width * image.height * channels);
    resizeRows(data, out, channels, image.width, bilinearTaps(image.width, width, isWide));
    data = out;
  }
  if (height !== image.height) {
    const out = make(width * height * channels);
    resizeColumns(data, out, width * channels, bilinearTaps(image.height, height, isWide));
    data = out;
  }
  return { width, height, channels, data: data === image.data ? data.slice() : data };
}

/** @param exact weights as they are, not rounded to fixed point */
function bilinearTaps(from: number, to: number, exact: boolean): Taps {
  const scale = from / to;
  const support = Math.max(scale, 1);
  const stride = Math.ceil(support) * 2 + 1;
  const first = new Int32Array(to);
  const count = new Int32Array(to);
  const weights = new Float64Array(to * stride);
  for (let i = 0; i < to; i++) {
    const center = (i + 0.5) * scale;
    const start = Math.max(0, Math.trunc(center - support + 0.5));
    const length = Math.min(from, Math.trunc(center + support + 0.5)) - start;
    first[i] = start;
    count[i] = length;
    const at = i * stride;
    let sum = 0;
    for (let k = 0; k < length; k++) {
      // Pillow multiplies by the inverse; dividing would give other last bits.
      const weight = Math.max(0, 1 - Math.abs((k + start - center + 0.5) * (1 / support)));
      weights[at + k] = weight;
      sum += weight;
    }
    for (let k = 0; k < length; k++) {
      const weight = weights[at + k]! / sum;
      weights[at + k] = exact ? weight : Math.floor(weight * FIXED_POINT + 0.5);
    }
  }
  return { first, count, weights, stride, total: exact ? 1 : FIXED_POINT };
}

function resizeRows(from: Pixels, to: Pixels, channels: number, width: number, taps: Taps): void {
  const { first, count, weights, stride } = taps;
  const scale = 1 / taps.total;
  let out = 0;
  for (let row = 0; row < from.length; row += width * channels)
    for (let x = 0; x < first.length; x++)
      for (let c = 0; c < channels; c++) {
        let at = row + first[x]! * channels + c;
        const end = x * stride + count[x]!;
        let sum = 0;
        for (let w = x * stride; w < end; w++, at += channels) sum += from[at]! * weights[w]!;
        to[out++] = Math.floor(sum * scale + 0.5);
      }
}

/** Row by row, not column by column: memory is read in order. */
function resizeColumns(from: Pixels, to: Pixels, rowLength: number, taps: Taps): void {
  const { first, count, weights, stride } = taps;
  const scale = 1 / taps.total;
  const sums = new Float64Array(rowLength);
  for (let y = 0; y < first.length; y++) {
    sums.fill(0);
    for (let k = 0; k < count[y]!; k++) {
      const weight = weights[y * stride + k]!;
      const row = (first[y]! + k) * rowLength;
      for (let x = 0; x < rowLength; x++) sums[x]! += from[row + x]! * weight;
    }
    const row = y * rowLength;
    for (let x = 0; x < rowLength; x++) to[row + x] = Math.floor(sums[x]! * scale + 0.5);
  }
}
