import { Random } from '../../random.js';
import type { Matrix } from '../matrix.js';

export interface LinearSvmParams {
  /** Weight of errors against the margin. */
  readonly c: number;
  readonly tol: number;
  readonly maxIter: number;
  readonly seed: number;
}

/** A plane: `weights · x + intercept` is above 0 on the side of the class. */
export interface LinearDecision {
  readonly weights: Float64Array;
  readonly intercept: number;
}

/**
 * Support vector machine with a linear kernel and squared hinge loss, as scikit-learn's `LinearSVC`: the intercept is the
 * weight of a constant feature, and so is kept small too. By dual coordinate descent (Hsieh et al. 2008), which leaves out
 * rows that stay outside the margin until the others have converged.
 *
 * @param positive whether each row is of the class
 */
export function fitLinearSvm(
  x: Matrix,
  positive: ArrayLike<boolean>,
  params: LinearSvmParams,
): LinearDecision {
  const { rows, cols, data } = x;
  const { c, tol, maxIter, seed } = params;
  const random = new Random(seed);
  const ridge = 1 / (2 * c);
  const alpha = new Float64Array(rows);
  const weights = new Float64Array(cols);
  let intercept = 0;
  const squares = new Float64Array(rows);
  for (let row = 0; row < rows; row++) squares[row] = squaredLength(data, row * cols, cols) + 1 + ridge;
  const order = Int32Array.from({ length: rows }, (_, row) => row);
  let active = rows;
  let most = Number.POSITIVE_INFINITY;
  for (let iteration = 0; iteration < maxIter; iteration++) {
    random.shuffle(order.subarray(0, active));
    let [largest, least] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
    for (let i = 0; i < active; i++) {
      const row = order[i]!;
      const start = row * cols;
      const side = positive[row] ? 1 : -1;
      let value = intercept;
      for (let col = 0; col < cols; col++) value += weights[col]! * data[start + col]!;
      const gradient = side * value - 1 + ridge * alpha[row]!;
      if (alpha[row] === 0 && gradient > most) {
        // It would stay at 0: out, until the end.
        active--;
        order[i] = order[active]!;
        order[active] = row;
        i--;
        continue;
      }
      const projected = alpha[row] === 0 ? Math.min(gradient, 0) : gradient;
      largest = Math.max(largest, projected);
      least = Math.min(least, projected);
      if (projected === 0) continue;
      const before = alpha[row]!;
      alpha[row] = Math.max(before - gradient / squares[row]!, 0);
      const step = (alpha[row]! - before) * side;
      for (let col = 0; col < cols; col++) weights[col]! += step * data[start + col]!;
      intercept += step;
    }
    if (largest - least <= tol) {
      if (active === rows) break;
      active = rows;
      most = Number.POSITIVE_INFINITY;
    } else most = largest > 0 ? largest : Number.POSITIVE_INFINITY;
  }
  return { weights, intercept };
}

/** Which side of the plane a row lies on, and how far, in margins. */
export function linearDecision({ weights, intercept }: LinearDecision, x: Matrix, row: number): number {
  let value = intercept;
  for (let col = 0; col < x.cols; col++) value += weights[col]! * x.data[row * x.cols + col]!;
  return value;
}

function squaredLength(data: Matrix['data'], start: number, cols: number): number {
  let sum = 0;
  for (let i = start; i < start + cols; i++) sum += data[i]! * data[i]!;
  return sum;
}
