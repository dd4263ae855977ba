import type { GreyImage } from '../grey.js';

/** Offsets are rounded to this fraction of a pixel, as scikit-image does; so sums of them are exact in whole numbers. */
const UNIT = 1e5;

/** A neighbour on the circle: four pixels around it, and their weights in units of `UNIT²`. */
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
 * ties between equal pixels are exact, where it lets rounding decide.
 *
 * @param points 2 to 30
 * @param radius of the circle in pixels; the picture has to be wider and higher than twice as much
 * @returns `points + 2` numbers that add up to 1: uniform patterns with 0 to `points` bright points, then all others
 */
export function localBinaryPatterns(image: GreyImage, points: number, radius: number): Float64Array {
  const codes = patternCodes(image, points, radius);
  const shares = new Float64Array(points + 2);
  const top = points - 1;
  for (const code of codes) {
    const turned = (code >>> 1) | ((code & 1) << top);
    shares[bitCount(code ^ turned) <= 2 ? bitCount(code) : points + 1]!++;
  }
  return shares.map(count => count / codes.length);
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
    // Where a weight is 0, its pixel may lie outside; any other one will do then.
    const right = upperRight + lowerRight > 0 ? 1 : 0;
    const below = lowerLeft + lowerRight > 0 ? width : 0;
    const bit = 1 << point;
    for (let y = 0; y < rows; y++) {
      let center = (y + margin) * width + margin;
      let at = center + row * width + column;
      const end = (y + 1) * columns;
      for (let i = y * columns; i < end; i++, center++, at++) {
        const value =
          upperLeft * data[at]! +
          upperRight * data[at + right]! +
          lowerLeft * data[at + below]! +
          lowerRight * data[at + below + right]!;
        if (value >= data[center]! * (UNIT * UNIT)) codes[i]! |= bit;
      }
    }
  }
  return codes;
}

function neighbour(angle: number, radius: number): Neighbour {
  const y = Math.round(-radius * Math.sin(angle) * UNIT);
  const x = Math.round(radius * Math.cos(angle) * UNIT);
  const row = Math.floor(y / UNIT);
  const column = Math.floor(x / UNIT);
  const down = y - row * UNIT;
  const across = x - column * UNIT;
  return {
    row,
    column,
    weights: [(UNIT - down) * (UNIT - across), (UNIT - down) * across, down * (UNIT - across), down * across],
  };
}

function bitCount(bits: number): number {
  let count = bits - ((bits >>> 1) & 0x55555555);
  count = (count & 0x33333333) + ((count >>> 2) & 0x33333333);
  return Math.imul((count + (count >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
