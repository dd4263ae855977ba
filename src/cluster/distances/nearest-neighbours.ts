import type { Matrix } from '../matrix.js';
import { RowDistances, tooFarApart } from './row-distances.js';
import { GROUP } from './row-groups.js';

/**
 * The nearest other rows of each row by Euclidean distance, the nearest first; of equally near ones the lower index.
 * Every pair is computed once.
 *
 * @param count neighbours of each row, 0 .. x.rows - 1; a row isn't its own neighbour
 * @returns row indices, `[x.rows, count]`
 * @throws PlantsenseError MATRIX_INVALID when numbers are so large that a distance isn't finite
 */
export function nearestNeighbours(x: Matrix, count: number): Int32Array {
  const { rows } = x;
  const indices = new Int32Array(rows * count);
  if (count === 0) return indices;
  const squared = new Float64Array(rows * count).fill(Number.POSITIVE_INFINITY);
  const distances = new RowDistances(x);

  // A row meets the others in order of their index, so one that is only as near never displaces one that is there.
  const offer = (row: number, other: number, distance: number) => {
    const start = row * count;
    let at = start + count - 1;
    while (at > start && squared[at - 1]! > distance) {
      squared[at] = squared[at - 1]!;
      indices[at] = indices[at - 1]!;
      at--;
    }
    squared[at] = distance;
    indices[at] = other;
  };
  for (let group = 0; group < distances.groups; group++) {
    const strip = distances.squared(group, group);
    const end = Math.min(GROUP * (group + 1), rows);
    for (let i = GROUP * group; i < end; i++) {
      const start = (i % GROUP) * distances.stride;
      const last = i * count + count - 1;
      for (let j = i + 1; j < rows; j++) {
        const distance = strip[start + j]!;
        if (distance < squared[last]!) offer(i, j, distance);
        if (distance < squared[j * count + count - 1]!) offer(j, i, distance);
      }
    }
  }
  if (squared.includes(Number.POSITIVE_INFINITY)) throw tooFarApart();
  return indices;
}
