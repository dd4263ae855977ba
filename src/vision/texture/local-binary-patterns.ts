import type { GreyImage } from '../grey.js';

/** Offsets are rounded to this fraction of a pixel, as scikit-image does. */
const OFFSET_UNIT = 1e5;

/** Weights are whole numbers of this unit: 255 times their sum stays below 2^31. */
const WEIGHT_UNIT = 2 ** 22;

/** A neighbour on the circle, between four pixels. */
interface Neighbour {
  /** Offset of the upper left one. */
  readonly row: number;
  readonly column: number;
  /** Upper left, upper right, lower left, lower right. */
  readonly weights: readonly [number, number, number, number];
}

/**
 * Shares of the rotation invariant uniform local binary patterns (Ojala, Pietikäinen & Mäenpää 2002), as scikit-image's
 * `local_binary_pattern(image, points, radius, 'uniform')`. A pattern says which of the points on a circle around a pixel
 * are as bright as it or brighter. Uniform ones change at most twice on the way around; they are told apart by how many
 * points are bright.
 *
 * Other than scikit-image, pixels nearer to the margin than the radius are left out, where it compares with black; and
 * a neighbour among pixels that are all equal is as bright as they are, where it lets rounding decide.
 *
 * @param points 2 to 30
 * @param radius of the circle in pixels; the picture has to be wider and higher than twice as much
 * @returns `points + 2` numbers that add up to 1: uniform patterns with 0 to `points` bright points, then all others
 */
export function localBinaryPatterns(image: GreyImage, points: number, radius: number): Float64Array {
  const codes = patternCodes(image, points, radius);
  const counts = new Float64Array(points + 2);
  const top = points - 1;
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i]!;
    const turned = (code >>> 1) | ((code & 1) << top);
    counts[bitCount(code ^ turned) <= 2 ? bitCount(code) : points + 1]!++;
  }
  return counts.map(count => count / codes.length);
}

/** Of each inner pixel, one bit for each point, `[height - 2 margin, width - 2 margin]`. */
function patternCodes(image: GreyImage, points: number, radius: number): Int32Array {
  const { width, data } = image;
  const margin = Math.ceil(radius);
  const columns = width - 2 * margin;
  const rows = image.height - 2 * margin;
  const codes = new Int32Array(rows * columns);
  for (let point = 0; point < points; point++) {
    const { row, column, weights } = neighbour((2 * Math.PI * point) / points, radius);
    const [upperLeft, upperRight, lowerLeft, lowerRight] = weights;
    const total = upperLeft + upperRight + lowerLeft + lowerRight;
    // Where a weight is 0, its pixel may lie outside; any other one will do then.
    const right = upperRight + lowerRight > 0 ? 1 : 0;
    const below = lowerLeft + lowerRight > 0 ? width : 0;
    const bit = 1 << point;
    for (let y = 0; y < rows; y++) {
      let center = (y + margin) * width + margin;
      let at = center + row * width + column;
      const end = (y + 1) * columns;
      for (let i = y * columns; i < end; i++, center++, at++) {
        const difference =
          Math.imul(upperLeft, data[at]!) +
          Math.imul(upperRight, data[at + right]!) +
          Math.imul(lowerLeft, data[at + below]!) +
          Math.imul(lowerRight, data[at + below + right]!) -
          Math.imul(total, data[center]!);
        // Without a branch, which chance would decide: the sign's bit is 1 where the neighbour is darker.
        codes[i]! |= ~(difference >> 31) & bit;
      }
    }
  }
  return codes;
}

function neighbour(angle: number, radius: number): Neighbour {
  const y = Math.round(-radius * Math.sin(angle) * OFFSET_UNIT) / OFFSET_UNIT;
  const x = Math.round(radius * Math.cos(angle) * OFFSET_UNIT) / OFFSET_UNIT;
  const row = Math.floor(y);
  const column = Math.floor(x);
  const down = y - row;
  const across = x - column;
  const weight = (value: number) => Math.round(value * WEIGHT_UNIT);
  return {
    row,
    column,
    weights: [
      weight((1 - down) * (1 - across)),
      weight((1 - down) * across),
      weight(down * (1 - across)),
      weight(down * across),
    ],
  };
}

function bitCount(bits: number): number {
  let count = bits - ((bits >>> 1) & 0x55555555);
  count = (count & 0x33333333) + ((count >>> 2) & 0x33333333);
  return Math.imul((count + (count >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
