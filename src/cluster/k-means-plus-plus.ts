import type { Random } from '../random.js';
import { type Matrix, type Matrix64, squaredDistance, zeros } from './matrix.js';

/**
 * Chooses rows as first centres, each far from those before (Arthur & Vassilvitskii, "k-means++: the advantages of
 * careful seeding", 2007), greedily: of 2 + ln k candidates a step the one that lowers the sum of distances most, as
 * scikit-learn does.
 *
 * @returns `[nClusters, cols]`
 */
export function kMeansPlusPlus(x: Matrix, nClusters: number, random: Random): Matrix64 {
  const centers = zeros(nClusters, x.cols);
  const trials = 2 + Math.floor(Math.log(nClusters));
  // Squared distance of each row to its nearest centre so far, and the same if a candidate joined.
  let closest = new Float64Array(x.rows);
  let best = new Float64Array(x.rows);
  let candidate = new Float64Array(x.rows);

  const first = random.int(x.rows);
  setRow(centers, 0, x, first);
  let potential = 0;
  for (let row = 0; row < x.rows; row++) {
    closest[row] = squaredDistance(x.data, row * x.cols, x.data, first * x.cols, x.cols);
    potential += closest[row]!;
  }

  for (let center = 1; center < nClusters; center++) {
    let bestRow = 0;
    let bestPotential = Number.POSITIVE_INFINITY;
    for (let trial = 0; trial < trials; trial++) {
      const row = drawByWeight(closest, random.next() * potential);
      const candidatePotential = potentialWith(x, row, closest, candidate);
      if (candidatePotential < bestPotential) {
        bestPotential = candidatePotential;
        bestRow = row;
        [best, candidate] = [candidate, best];
      }
    }
    setRow(centers, center, x, bestRow);
    potential = bestPotential;
    [closest, best] = [best, closest];
  }
  return centers;
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

/** Sum of squared distances to the nearest centre if `row` became one; the single ones go to `out`. */
function potentialWith(x: Matrix, row: number, closest: Float64Array, out: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < x.rows; i++) {
    const distance = squaredDistance(x.data, i * x.cols, x.data, row * x.cols, x.cols);
    const nearest = Math.min(distance, closest[i]!);
    out[i] = nearest;
    sum += nearest;
  }
  return sum;
}

function setRow(target: Matrix, row: number, source: Matrix, sourceRow: number): void {
  const from = sourceRow * source.cols;
  target.data.set(source.data.subarray(from, from + source.cols), row * target.cols);
}
