import type { GreyImage } from '../grey.js';

export const ORIENTATIONS = 9;
/** Pixels a side. */
export const CELL = 8;
/** Cells a side. */
export const BLOCK = 2;

/** Of normalised blocks, no value is larger, so that one strong edge doesn't hide the rest. */
const HYSTERESIS = 0.2;
const EPSILON = 1e-5;

/** Histograms of oriented gradients of all blocks. */
export interface OrientedGradients {
  readonly blockRows: number;
  readonly blockColumns: number;
  /** `[blockRows, blockColumns, BLOCK, BLOCK, ORIENTATIONS]`, each block of unit length (L2-Hys), or 0 where all is flat. */
  readonly values: Float64Array;
}

/**
 * Histograms of oriented gradients (Dalal & Triggs 2005), as scikit-image's `hog(image, 9, (8, 8), (2, 2), 'L2-Hys')`:
 * how strongly brightness changes in each direction, cell by cell, each weighed against its surroundings.
 *
 * @param image at least `BLOCK × CELL` pixels a side; what is over whole cells at the right and below is left out
 */
export function orientedGradients(image: GreyImage): OrientedGradients {
  const rows = Math.floor(image.height / CELL);
  const columns = Math.floor(image.width / CELL);
  const cells = cellHistograms(image, rows, columns);
  const blockRows = rows - BLOCK + 1;
  const blockColumns = columns - BLOCK + 1;
  const length = BLOCK * BLOCK * ORIENTATIONS;
  const values = new Float64Array(blockRows * blockColumns * length);
  let at = 0;
  for (let row = 0; row < blockRows; row++)
    for (let column = 0; column < blockColumns; column++, at += length) {
      const block = values.subarray(at, at + length);
      for (let r = 0; r < BLOCK; r++) {
        const from = ((row + r) * columns + column) * ORIENTATIONS;
        block.set(cells.subarray(from, from + BLOCK * ORIENTATIONS), r * BLOCK * ORIENTATIONS);
      }
      normalise(block);
      for (let i = 0; i < length; i++) block[i] = Math.min(block[i]!, HYSTERESIS);
      normalise(block);
    }
  return { blockRows, blockColumns, values };
}

/** Mean gradient of each direction, `[rows, columns, ORIENTATIONS]`. */
function cellHistograms(image: GreyImage, rows: number, columns: number): Float64Array {
  const { width, height, data } = image;
  const cells = new Float64Array(rows * columns * ORIENTATIONS);
  for (let y = 0; y < rows * CELL; y++) {
    const cellRow = Math.floor(y / CELL) * columns;
    const hasBoth = y > 0 && y < height - 1;
    for (let x = 0; x < columns * CELL; x++) {
      const at = y * width + x;
      const down = hasBoth ? data[at + width]! - data[at - width]! : 0;
      const across = x > 0 && x < width - 1 ? data[at + 1]! - data[at - 1]! : 0;
      if (down === 0 && across === 0) continue;
      const magnitude = Math.sqrt(down * down + across * across);
      const cell = (cellRow + Math.floor(x / CELL)) * ORIENTATIONS;
      cells[cell + orientation(down, across)]! += magnitude / (CELL * CELL);
    }
  }
  return cells;
}

/** The ninth of the half circle that a gradient lies in; which of its two ways it points doesn't matter. */
function orientation(down: number, across: number): number {
  const turn = Math.atan2(down, across) / Math.PI;
  const half = turn < 0 ? turn + 1 : turn;
  return Math.floor(half * ORIENTATIONS) % ORIENTATIONS;
}

function normalise(block: Float64Array): void {
  let square = EPSILON * EPSILON;
  for (const value of block) square += value * value;
  const length = Math.sqrt(square);
  for (let i = 0; i < block.length; i++) block[i]! /= length;
}

/**
 * What the blocks of a picture have in common, wherever they lie: for each direction the mean, then for each the standard
 * deviation, over all cells of all blocks.
 */
export function pooledGradients({ values }: OrientedGradients): Float64Array {
  const pooled = new Float64Array(2 * ORIENTATIONS);
  const count = values.length / ORIENTATIONS;
  for (let i = 0; i < values.length; i++) pooled[i % ORIENTATIONS]! += values[i]! / count;
  for (let i = 0; i < values.length; i++) {
    const difference = values[i]! - pooled[i % ORIENTATIONS]!;
    pooled[ORIENTATIONS + (i % ORIENTATIONS)]! += (difference * difference) / count;
  }
  return pooled.map((value, i) => (i < ORIENTATIONS ? value : Math.sqrt(value)));
}
