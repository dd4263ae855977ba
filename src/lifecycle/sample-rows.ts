import { Random } from '../random.js';

/**
 * Rows, drawn at random, that the number of groups is chosen and the indices are measured on at most: the first fits
 * many times, silhouette takes time with the square of the rows.
 */
const SAMPLE_ROWS = 2000;

/** Rising indices of at most 2,000 rows. */
export function sampleRows(rows: number, seed: number): Int32Array {
  const all = Int32Array.from({ length: rows }, (_, row) => row);
  return rows <= SAMPLE_ROWS ? all : new Random(seed).shuffle(all).subarray(0, SAMPLE_ROWS).sort();
}
