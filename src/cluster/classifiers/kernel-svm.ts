import { type Matrix, squaredDistance, takeRows } from '../matrix.js';
import { KernelColumns } from './kernel-columns.js';

export interface KernelSvmParams {
  /** The most that one row may weigh. */
  readonly c: number;
  /** Of the kernel exp(−gamma · distance²). */
  readonly gamma: number;
  readonly tol: number;
  readonly maxIter: number;
}

/** A sum of bumps about rows, above 0 on the side of the class. */
export interface KernelDecision {
  readonly supportVectors: Matrix;
  /** Weight of each support vector, below 0 on the other side. */
  readonly weights: Float64Array;
  readonly intercept: number;
  readonly gamma: number;
}

const LEAST_CURVATURE = 1e-12;

/**
 * C-support vector machine with the kernel exp(−gamma · distance²), as scikit-learn's `SVC` of two classes: sequential
 * minimal optimisation that picks its pairs by second-order information (Fan, Chen & Lin 2005).
 *
 * @param positive whether each row is of the class
 */
export function fitKernelSvm(
  x: Matrix,
  positive: ArrayLike<boolean>,
  params: KernelSvmParams,
): KernelDecision {
  const { c, gamma, tol, maxIter } = params;
  const n = x.rows;
  const kernel = new KernelColumns(x, gamma);
  const side = Float64Array.from({ length: n }, (_, row) => (positive[row] ? 1 : -1));
  const alpha = new Float64Array(n);
  const gradient = new Float64Array(n).fill(-1);
  const mayRise = (row: number) => (side[row]! > 0 ? alpha[row]! < c : alpha[row]! > 0);
  const mayFall = (row: number) => (side[row]! > 0 ? alpha[row]! > 0 : alpha[row]! < c);
  let high = 0;
  let low = 0;
  for (let iteration = 0; iteration < maxIter; iteration++) {
    let i = -1;
    high = Number.NEGATIVE_INFINITY;
    for (let row = 0; row < n; row++) {
      const value = -side[row]! * gradient[row]!;
      if (value > high && mayRise(row)) {
        high = value;
        i = row;
      }
    }
    if (i < 0) break;
    const ofI = kernel.column(i);
    let j = -1;
    low = Number.POSITIVE_INFINITY;
    let best = Number.POSITIVE_INFINITY;
    for (let row = 0; row < n; row++) {
      if (!mayFall(row)) continue;
      const value = -side[row]! * gradient[row]!;
      low = Math.min(low, value);
      if (value >= high) continue;
      // The kernel of a row with itself is 1.
      const curvature = Math.max(2 - 2 * ofI[row]!, LEAST_CURVATURE);
      const gain = -((high - value) ** 2) / curvature;
      if (gain < best) {
        best = gain;
        j = row;
      }
    }
    if (j < 0 || high - low < tol) break;
    const ofJ = kernel.column(j);
    const curvature = Math.max(2 - 2 * ofI[j]!, LEAST_CURVATURE);
    const wanted = (high + side[j]! * gradient[j]!) / curvature;
    // Along this step side[i]·alpha[i] grows as side[j]·alpha[j] falls, until one of them meets its bound.
    const roomI = side[i]! > 0 ? c - alpha[i]! : alpha[i]!;
    const roomJ = side[j]! > 0 ? alpha[j]! : c - alpha[j]!;
    const step = Math.min(wanted, roomI, roomJ);
    alpha[i] = step === roomI ? (side[i]! > 0 ? c : 0) : alpha[i]! + side[i]! * step;
    alpha[j] = step === roomJ ? (side[j]! > 0 ? 0 : c) : alpha[j]! - side[j]! * step;
    for (let row = 0; row < n; row++) gradient[row]! += side[row]! * step * (ofI[row]! - ofJ[row]!);
  }
  const support = Int32Array.from(alpha.keys()).filter(row => alpha[row]! > 0);
  return {
    supportVectors: takeRows(x, support),
    weights: Float64Array.from(support, row => side[row]! * alpha[row]!),
    intercept: interceptOf(alpha, gradient, side, c, (high + low) / 2),
    gamma,
  };
}

/** Which side a row lies on, and how far. */
export function kernelDecision(decision: KernelDecision, x: Matrix, row: number): number {
  const { supportVectors, weights, intercept, gamma } = decision;
  let value = intercept;
  for (let i = 0; i < weights.length; i++) {
    const start = i * x.cols;
    const distance = squaredDistance(supportVectors.data, start, x.data, row * x.cols, x.cols);
    value += weights[i]! * Math.exp(-gamma * distance);
  }
  return value;
}

/** As libsvm: the mean over the rows on the margin; without any, the middle of what is allowed. */
function interceptOf(
  alpha: Float64Array,
  gradient: Float64Array,
  side: Float64Array,
  c: number,
  middle: number,
): number {
  let [sum, free] = [0, 0];
  alpha.forEach((value, row) => {
    if (value <= 0 || value >= c) return;
    sum -= side[row]! * gradient[row]!;
    free++;
  });
  return free > 0 ? sum / free : middle;
}
