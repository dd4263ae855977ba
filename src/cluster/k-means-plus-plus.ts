import type { Random } from '../random.js';
import { inWorkspace } from './linear-algebra/workspace.js';
import { type Matrix, type Matrix64, takeRows } from './matrix.js';
import { Points } from './points.js';

/**
 * Chooses rows as first centres, each far from those before (Arthur & Vassilvitskii, "k-means++: the advantages of
 * careful seeding", 2007), greedily: of 2 + ln k candidates a step the one that lowers the sum of distances most, as
 * scikit-learn does.
 *
 * @returns `[nClusters, cols]`
 */
export function kMeansPlusPlus(x: Matrix, nClusters: number, random: Random): Matrix64 {
  return inWorkspace(workspace => {
    const rows = chooseFarRows(new Points(workspace, x), nClusters, random);
    const chosen = takeRows(x, rows);
    return { ...chosen, data: Float64Array.from(chosen.data) };
  });
}

/** Rows that all candidates are measured to before the next ones: they fit the cache. */
const CHUNK_BYTES = 2 ** 18;

/** The rows that {@link kMeansPlusPlus} chooses. */
export function chooseFarRows(points: Points, nClusters: number, random: Random): Int32Array {
  const { rows, length } = points;
  return inWorkspace(workspace => {
    const chunk = Math.max(1, Math.floor(CHUNK_BYTES / (8 * length)));
    const distancesAt = workspace.allocate(Math.min(chunk, rows));
    const distances = workspace.doubles(distancesAt, Math.min(chunk, rows));
    const trials = 2 + Math.floor(Math.log(nClusters));
    // Squared distance of each row to its nearest centre so far, and the same if a candidate joined.
    let closest = new Float64Array(rows).fill(Number.POSITIVE_INFINITY);
    const joined = Array.from({ length: trials }, () => new Float64Array(rows));
    /** Looks what the candidates would make of the distances. Gives the sums. */
    const join = (candidates: readonly number[]) => {
      const sums = candidates.map(() => 0);
      for (let from = 0; from < rows; from += chunk) {
        const count = Math.min(chunk, rows - from);
        candidates.forEach((row, trial) => {
          workspace.kernels.squaredDistances(
            points.addressOf(from),
            count,
            length,
            points.addressOf(row),
            distancesAt,
          );
          sums[trial] = keepNearest(distances, closest, joined[trial]!, from, count, sums[trial]!);
        });
      }
      return sums;
    };

    const chosen = new Int32Array(nClusters);
    let potential = 0;
    for (let center = 0; center < nClusters; center++) {
      const candidates =
        center === 0
          ? [random.int(rows)]
          : joined.map(() => drawByWeight(closest, random.next() * potential));
      const sums = join(candidates);
      potential = Math.min(...sums);
      const best = sums.indexOf(potential);
      chosen[center] = candidates[best]!;
      [closest, joined[best]] = [joined[best]!, closest];
    }
    return chosen;
  });
}

/** The smaller of two distances for some rows, to `out`. Gives `sum` with them added. */
function keepNearest(
  distances: Float64Array,
  closest: Float64Array,
  out: Float64Array,
  from: number,
  count: number,
  sum: number,
): number {
  let total = sum;
  for (let i = 0; i < count; i++) {
    const distance = distances[i]!;
    const before = closest[from + i]!;
    const nearest = Math.min(distance, before);
    out[from + i] = nearest;
    total += nearest;
  }
  return total;
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
