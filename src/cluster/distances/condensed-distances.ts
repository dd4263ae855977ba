import type { Matrix } from '../matrix.js';
import { RowDistances, tooFarApart } from './row-distances.js';
import { GROUP } from './row-groups.js';

/**
 * Euclidean distances of all pairs of rows i < j, row by row: `[0,1], [0,2] … [1,2] …`, as SciPy's `pdist` gives them.
 *
 * @returns `rows (rows - 1) / 2` distances
 * @throws PlantsenseError MATRIX_INVALID when numbers are so large that a distance isn't finite
 */
export function condensedDistances(x: Matrix): Float64Array {
  const { rows } = x;
  const condensed = new Float64Array((rows * (rows - 1)) / 2);
  const distances = new RowDistances(x);
  let to = 0;
  let largest = 0;
  for (let group = 0; group < distances.groups; group++) {
    const strip = distances.squared(group, group);
    const end = Math.min(GROUP * (group + 1), rows);
    for (let i = GROUP * group; i < end; i++) {
      const start = (i % GROUP) * distances.stride;
      for (let j = i + 1; j < rows; j++) {
        const distance = Math.sqrt(strip[start + j]!);
        condensed[to++] = distance;
        if (distance > largest) largest = distance;
      }
    }
  }
  if (largest === Number.POSITIVE_INFINITY) throw tooFarApart();
  return condensed;
}

/** Where the distances of row i to later rows start, less i + 1: row j > i is at this plus j. */
export function condensedStart(rows: number, i: number): number {
  return rows * i - (i * (i + 1)) / 2 - i - 1;
}
