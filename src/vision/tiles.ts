import { PlantsenseError } from '../errors.js';
import type { Image } from './image.js';

/** How many parts a picture is cut into, down and across. */
export interface TileGrid {
  readonly rows: number;
  readonly columns: number;
}

/**
 * Cuts a picture into tiles that cover it without overlap, row by row from the upper left: a strip of 1,600 × 256 pixels
 * loses less in squares than squeezed into one. All are of equal size but the last of a row or column, which takes the
 * rest of the division.
 *
 * @returns `rows × columns` pictures; the picture itself for a grid of 1 × 1
 * @throws PlantsenseError PARAMETER_INVALID for a grid that isn't whole numbers from 1, IMAGE_INVALID for a picture with
 *   fewer pixels than tiles
 */
export function tileImage(image: Image, grid: TileGrid): Image[] {
  const { rows, columns } = grid;
  if (!(Number.isInteger(rows) && Number.isInteger(columns) && rows > 0 && columns > 0))
    throw new PlantsenseError(
      'PARAMETER_INVALID',
      `Tiles are counted in whole numbers from 1, not ${rows} × ${columns}.`,
    );
  if (rows === 1 && columns === 1) return [image];
  if (image.height < rows || image.width < columns)
    throw new PlantsenseError(
      'IMAGE_INVALID',
      `A picture of ${image.width} × ${image.height} pixels can't be cut into ${rows} rows and ${columns} columns.`,
    );
  const tops = edges(image.height, rows);
  const lefts = edges(image.width, columns);
  const tiles: Image[] = [];
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      tiles.push(crop(image, lefts[column]!, tops[row]!, lefts[column + 1]!, tops[row + 1]!));
  return tiles;
}

function edges(length: number, parts: number): number[] {
  const size = Math.floor(length / parts);
  return Array.from({ length: parts + 1 }, (_, i) => (i < parts ? i * size : length));
}

function crop(image: Image, left: number, top: number, right: number, bottom: number): Image {
  const { channels, data } = image;
  const width = right - left;
  const height = bottom - top;
  const size = width * height * channels;
  const out = data instanceof Uint16Array ? new Uint16Array(size) : new Uint8Array(size);
  for (let y = 0; y < height; y++) {
    const from = ((top + y) * image.width + left) * channels;
    out.set(data.subarray(from, from + width * channels), y * width * channels);
  }
  return { width, height, channels, data: out };
}
