import { DiagonalMixture } from './diagonal-mixture.js';
import { FullMixture } from './full-mixture.js';
import { multiply } from './linear-algebra/products.js';
import { scatter } from './linear-algebra/scatter.js';
import { inWorkspace } from './linear-algebra/workspace.js';
import { type Matrix, type Matrix64, zeros } from './matrix.js';
import { Points } from './points.js';
import { SphericalMixture } from './spherical-mixture.js';
import { TiedMixture } from './tied-mixture.js';

/** Sizes and means of the components, from how the rows are shared among them. */
interface Estimate {
  readonly x: Matrix;
  readonly points: Points | undefined;
  readonly k: number;
  /** The shares component by component, `[k, rows]`, 0 where they are too small to count. */
  readonly shares: Float64Array;
  readonly counts: Float64Array;
  readonly weights: Float64Array;
  readonly means: Matrix64;
}

/**
 * Makes the mixture that fits best when rows belong to components by `shares` (`[rows, k]`). `points` is `x` in the memory
 * of the kernels, where it is there already.
 */
export type Maximize<M> = (
  x: Matrix,
  shares: Float64Array,
  k: number,
  regCovar: number,
  points?: Points,
) => M;

/** Keeps a component that lost all its rows from dividing by zero, as scikit-learn does. */
const LEAST_COUNT = 10 * Number.EPSILON;

/**
 * A smaller share of a row changes no digit of a sum that its component keeps. With many features nearly all shares
 * are: leaving them out makes a step several times faster.
 */
const LEAST_SHARE = Number.EPSILON / 2;

/** Rows that are summed together; they fit the cache. */
const CHUNK = 256;

/**
 * The maximization step for each shape of the covariances. Variances are taken about the new means in a second pass,
 * which doesn't cancel for features far from zero.
 */
export const MAXIMIZE = {
  full: (x, shares, k, regCovar, points?) => {
    const estimate = countsAndMeans(x, shares, k, points);
    const covariances = Array.from({ length: k }, (_, component) =>
      covarianceOf(scatterOf(estimate, component), estimate.counts[component]!, regCovar),
    );
    return new FullMixture(estimate.weights, estimate.means, covariances);
  },

  tied: (x, shares, k, regCovar, points?) => {
    const estimate = countsAndMeans(x, shares, k, points);
    return new TiedMixture(estimate.weights, estimate.means, tiedCovariance(estimate, regCovar));
  },

  diag: (x, shares, k, regCovar, points?) => {
    const estimate = countsAndMeans(x, shares, k, points);
    return new DiagonalMixture(estimate.weights, estimate.means, variancesOf(estimate, regCovar));
  },

  spherical: (x, shares, k, regCovar, points?) => {
    const estimate = countsAndMeans(x, shares, k, points);
    const { data } = variancesOf(estimate, regCovar);
    const variances = Float64Array.from({ length: k }, (_, component) => {
      let sum = 0;
      for (let col = 0; col < x.cols; col++) sum += data[component * x.cols + col]!;
      return sum / x.cols;
    });
    return new SphericalMixture(estimate.weights, estimate.means, variances);
  },
} satisfies Record<string, Maximize<unknown>>;

function countsAndMeans(x: Matrix, byRow: Float64Array, k: number, points: Points | undefined): Estimate {
  const { rows, cols } = x;
  const counts = new Float64Array(k).fill(LEAST_COUNT);
  const shares = new Float64Array(k * rows);
  for (let row = 0; row < rows; row++) {
    for (let component = 0; component < k; component++) {
      const share = byRow[row * k + component]!;
      if (share < LEAST_SHARE) continue;
      counts[component]! += share;
      shares[component * rows + row] = share;
    }
  }
  const means = sumByShares({ x, shares, k, points }, null);
  for (let i = 0; i < k * cols; i++) means.data[i]! /= counts[Math.floor(i / cols)]!;
  const total = counts.reduce((a, b) => a + b);
  return { x, k, points, shares, counts, weights: counts.map(count => count / total), means };
}

/** Variances of each feature in each component, `[k, cols]`. */
function variancesOf(estimate: Estimate, regCovar: number): Matrix64 {
  const { k, counts, means } = estimate;
  const variances = sumByShares(estimate, means);
  for (let i = 0; i < k * means.cols; i++)
    variances.data[i] = variances.data[i]! / counts[Math.floor(i / means.cols)]! + regCovar;
  return variances;
}

/** For each component the sum of the rows, or of the squares of what they are from its mean, by their shares. */
function sumByShares(
  { x, points, shares, k }: Pick<Estimate, 'x' | 'points' | 'shares' | 'k'>,
  means: Matrix64 | null,
): Matrix64 {
  return inWorkspace(workspace => {
    const { rows, cols } = x;
    const most = Math.min(CHUNK, rows);
    const chunk = new Points(workspace, { rows: points ? 0 : most, cols });
    const sums = new Points(workspace, zeros(k, cols));
    const centers = means ? new Points(workspace, means) : null;
    const weightsAt = workspace.allocate(most);
    const weights = workspace.doubles(weightsAt, most);
    const { length } = chunk;
    for (let from = 0; from < rows; from += CHUNK) {
      const count = Math.min(CHUNK, rows - from);
      const at = chunk.load(x, from, count, points);
      for (let component = 0; component < k; component++) {
        const first = component * rows + from;
        weights.set(shares.subarray(first, first + count));
        const to = sums.addressOf(component);
        if (!centers) workspace.kernels.addWeighted(at, count, length, weightsAt, to);
        else
          workspace.kernels.addWeightedSquares(
            at,
            count,
            length,
            weightsAt,
            centers.addressOf(component),
            to,
          );
      }
    }
    return sums.matrix();
  });
}

/** The products of a component's deviations from its mean, weighted by its shares. */
function scatterOf({ x, shares, means }: Estimate, component: number): Matrix64 {
  const chosen = new Int32Array(x.rows);
  const weights = new Float64Array(x.rows);
  let count = 0;
  for (let row = 0; row < x.rows; row++) {
    const share = shares[component * x.rows + row]!;
    if (share === 0) continue;
    chosen[count] = row;
    weights[count++] = share;
  }
  const mean = means.data.subarray(component * x.cols, (component + 1) * x.cols);
  return scatter(x, chosen.subarray(0, count), weights, mean);
}

/**
 * The covariance within the components. The shares of a row sum to 1, so it is that of all rows about their mean, less
 * that of the means.
 */
function tiedCovariance({ x, counts, weights, means, k }: Estimate, regCovar: number): Matrix64 {
  const mean = multiply({ data: weights, rows: 1, cols: k }, means).data;
  const allRows = Int32Array.from({ length: x.rows }, (_, row) => row);
  const total = scatter(x, allRows, new Float64Array(x.rows).fill(1), mean);
  const between = scatter(means, Int32Array.from(counts.keys()), counts, mean);
  for (let i = 0; i < total.data.length; i++) total.data[i]! -= between.data[i]!;
  const count = counts.reduce((a, b) => a + b);
  return covarianceOf(total, count, regCovar);
}

/** The covariance from the sum of the products, in place. */
function covarianceOf(products: Matrix64, count: number, regCovar: number): Matrix64 {
  const { data, rows } = products;
  for (let i = 0; i < data.length; i++) data[i]! /= count;
  for (let i = 0; i < rows; i++) data[i * rows + i]! += regCovar;
  return products;
}
