import type { Random } from '../random.js';

/** Grey values without a limit, `[sizePx, sizePx]`: rows along the strip, columns across it. */
export interface GreyField {
  readonly sizePx: number;
  readonly data: Float32Array;
}

/**
 * Noise that changes smoothly, from -1 to 1: values drawn on a grid, with a smooth step between them (value noise).
 * @param acrossPx columns from one drawn value to the next
 * @param alongPx rows from one drawn value to the next
 */
export function smoothNoise(sizePx: number, acrossPx: number, alongPx: number, random: Random): GreyField {
  const columns = Math.ceil(sizePx / acrossPx) + 1;
  const rows = Math.ceil(sizePx / alongPx) + 1;
  const grid = Float32Array.from({ length: columns * rows }, () => 2 * random.next() - 1);
  const data = new Float32Array(sizePx * sizePx);
  const places = Array.from({ length: sizePx }, (_, x) => place(x / acrossPx));
  for (let y = 0; y < sizePx; y++) {
    const [row, down] = place(y / alongPx);
    const above = row * columns;
    for (let x = 0; x < sizePx; x++) {
      const [column, right] = places[x]!;
      const at = above + column;
      const top = grid[at]! + right * (grid[at + 1]! - grid[at]!);
      const below = at + columns;
      const bottom = grid[below]! + right * (grid[below + 1]! - grid[below]!);
      data[y * sizePx + x] = top + down * (bottom - top);
    }
  }
  return { sizePx, data };
}

/** The grid line before a place, and how far it is on the way to the next, with level ends. */
function place(at: number): readonly [line: number, share: number] {
  const line = Math.floor(at);
  const share = at - line;
  return [line, share * share * (3 - 2 * share)];
}

export interface Blot {
  readonly x: number;
  readonly y: number;
  /** Half axes. */
  readonly acrossPx: number;
  readonly alongPx: number;
  /** Added in the middle; negative is darker. */
  readonly grey: number;
}

/** Adds an ellipse whose edge is soft: full within two thirds of its radius, nothing at its radius. */
export function addBlot({ sizePx, data }: GreyField, { x, y, acrossPx, alongPx, grey }: Blot): void {
  const [left, right] = within(x - acrossPx, x + acrossPx, sizePx);
  const [top, bottom] = within(y - alongPx, y + alongPx, sizePx);
  for (let row = top; row <= bottom; row++) {
    for (let column = left; column <= right; column++) {
      const radius = Math.hypot((column - x) / acrossPx, (row - y) / alongPx);
      data[row * sizePx + column]! += grey * Math.max(0, Math.min(1, 3 * (1 - radius)));
    }
  }
}

/** Whole pixels of a stretch that lie in the picture. */
function within(from: number, to: number, sizePx: number): readonly [first: number, last: number] {
  return [Math.max(0, Math.ceil(from)), Math.min(sizePx - 1, Math.floor(to))];
}
