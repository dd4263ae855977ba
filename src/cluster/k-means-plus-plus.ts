import type { Random } from '../random.js';
import { inWorkspace } from './linear-algebra/workspace.js';
import { type Matrix, type Matrix64, takeRows } from './matrix.js';
import { Points } from './points.js';
import { RoundedPoints } from './rounded-points.js';

/**
 * Chooses rows as first centres, each far from those before (Arthur & Vassilvitskii, "k-means++: the advantages of
 * careful seeding", 2007), greedily: of 2 + ln k candidates a step the one that lowers the sum of distances most, as
 * scikit-learn does.
 *
 * @returns `[nClusters, cols]`
 */
export function kMeansPlusPlus(x: Matrix, nClusters: number, random: Random): Matrix64 {
  return inWorkspace(workspace => {
    const points = new Points(workspace, x);
    const rows = chooseFarRows(points, new RoundedPoints(points), nClusters, random);
    const chosen = takeRows(x, rows);
    return { ...chosen, data: Float64Array.from(chosen.data) };
  });
}

/**
 * The rows that {@link kMeansPlusPlus} chooses.
 * @param rounded the points; they tell which rows a candidate is too far from to matter
 */
export function chooseFarRows(
  points: Points,
  rounded: RoundedPoints,
  nClusters: number,
  random: Random,
): Int32Array {
  const { rows, length, workspace } = points;
  const squares = rounded.squares();
  const trials = 2 + Math.floor(Math.log(nClusters));
  // Squared distance of each row to its nearest centre so far, and the same if a candidate joined.
  let closest = new Float64Array(rows).fill(Number.POSITIVE_INFINITY);
  const joined = Array.from({ length: trials }, () => new Float64Array(rows));
  // Candidates whose rounded distance is this or more are no nearer.
  const limits = closest.slice();
  /** What a candidate would make of the distances, to `out`. Gives the sum. */
  const join = (candidate: number, out: Float64Array) => {
    rounded.measure(rounded.addressOf(candidate));
    const at = points.addressOf(candidate);
    let sum = 0;
    for (let row = 0; row < rows; row++) {
      let nearest = closest[row]!;
      if (squares[row]! < limits[row]!)
        nearest = Math.min(nearest, workspace.kernels.squaredDistance(points.addressOf(row), at, length));
      out[row] = nearest;
      sum += nearest;
    }
    return sum;
  };

  const chosen = new Int32Array(nClusters);
  let potential = 0;
  for (let center = 0; center < nClusters; center++) {
    const candidates =
      center === 0 ? [random.int(rows)] : joined.map(() => drawByWeight(closest, random.next() * potential));
    const sums = candidates.map((row, trial) => join(row, joined[trial]!));
    potential = Math.min(...sums);
    const best = sums.indexOf(potential);
    chosen[center] = candidates[best]!;
    const next = joined[best]!;
    for (let row = 0; row < rows; row++)
      if (next[row]! < closest[row]!) limits[row] = rounded.limit(row, Math.sqrt(next[row]!));
    [closest, joined[best]] = [next, closest];
  }
  return chosen;
}

/** The first index at which the running sum of weights reaches `target`. */
function drawByWeight(weights: Float64Array, target: number): number {
  let sum = 0;
  for (let i = 0; i < weights.length; i++) {
    sum += weights[i]!;
    if (sum >= target) return i;
  }
  // Rounding can leave the target above the whole sum.
  return weights.length - 1;
}
