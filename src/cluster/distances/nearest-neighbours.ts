import { inWorkspace } from '../linear-algebra/workspace.js';
import type { Matrix } from '../matrix.js';
import { Points } from '../points.js';
import { RoundedPoints } from '../rounded-points.js';
import { NearestList } from './nearest-list.js';
import { tooFarApart } from './row-distances.js';

/** Rows that are measured exactly beyond those that are wanted, so that rounding rarely leaves one out. */
const SPARE = 4;

/**
 * The nearest other rows of each row by Euclidean distance, the nearest first; of equally near ones the lower index.
 *
 * @param count neighbours of each row, 0 .. x.rows - 1; a row isn't its own neighbour
 * @returns row indices, `[x.rows, count]`
 * @throws PlantsenseError MATRIX_INVALID when numbers are so large that a distance isn't finite
 */
export function nearestNeighbours(x: Matrix, count: number): Int32Array {
  const { rows } = x;
  const indices = new Int32Array(rows * count);
  if (count === 0) return indices;
  inWorkspace(workspace => {
    const points = new Points(workspace, x);
    const rounded = new RoundedPoints(points);
    const squares = rounded.squares();
    const kept = Math.min(count + SPARE, rows - 1);
    const candidates = new NearestList(rows, kept);
    for (let i = 0; i < rows - 1; i++) {
      rounded.measure(rounded.addressOf(i), i + 1);
      candidates.offerBoth(i, squares);
    }

    const nearest = new NearestList(1, count);
    const offer = (row: number, other: number) => {
      const [a, b] = [points.addressOf(row), points.addressOf(other)];
      nearest.offer(0, other, workspace.kernels.squaredDistance(a, b, points.length));
    };
    for (let row = 0; row < rows; row++) {
      nearest.clear();
      const first = row * kept;
      // In order of their index, so that of equally near ones the first stays.
      for (const other of candidates.indices.slice(first, first + kept).sort()) offer(row, other);
      const limit = rounded.limit(row, Math.sqrt(nearest.farthest(0)));
      if (kept < rows - 1 && candidates.farthest(row) < limit) {
        // What rounding hides may be nearer.
        nearest.clear();
        rounded.measure(rounded.addressOf(row));
        for (let other = 0; other < rows; other++)
          if (other !== row && squares[other]! < limit) offer(row, other);
      }
      if (nearest.farthest(0) === Number.POSITIVE_INFINITY) throw tooFarApart();
      indices.set(nearest.indices, row * count);
    }
  });
  return indices;
}
