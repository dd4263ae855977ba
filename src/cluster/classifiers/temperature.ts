import { logSumExp } from '../log-sum-exp.js';
import { type Matrix, type Matrix64, zeros } from '../matrix.js';
import type { LabelledRows } from './labelled-rows.js';

/** Natural logarithms of the temperatures that are looked among. */
const [COLDEST, HOTTEST] = [-2, 5];
const GOLDEN = (Math.sqrt(5) - 1) / 2;

/** What a classifier answers before the softmax, and what it should have answered, `[rows, classes with rows]`. */
export interface Answers {
  readonly logits: Matrix;
  readonly wanted: Matrix;
}

/**
 * What a classifier should answer to each row, `[rows, classes with rows]`: Platt's targets, (n + 1) / (n + 2) for the
 * row's class of n rows and the rest shared by the others. So few rows give little confidence.
 */
export function wantedShares({ y, counts, present }: LabelledRows): Matrix64 {
  const wanted = zeros(y.length, present.length);
  y.forEach((label, row) => {
    const own = (counts[label]! + 1) / (counts[label]! + 2);
    present.forEach((each, out) => {
      wanted.data[row * present.length + out] = each === label ? own : (1 - own) / (present.length - 1);
    });
  });
  return wanted;
}

/** Mean cross-entropy of the softmax of logits, which are divided by a temperature first. */
export function crossEntropy({ logits, wanted }: Answers, temperature = 1): number {
  const { rows, cols } = logits;
  const scaled = new Float64Array(cols);
  let loss = 0;
  for (let row = 0; row < rows; row++) {
    for (let out = 0; out < cols; out++) scaled[out] = logits.data[row * cols + out]! / temperature;
    const sum = logSumExp(scaled, 0, cols);
    for (let out = 0; out < cols; out++) loss += wanted.data[row * cols + out]! * (sum - scaled[out]!);
  }
  return loss / rows;
}

/**
 * By what to divide logits so that a classifier is as sure as it is right (Guo et al. 2017), told by rows that it has not
 * learnt from; 1 without any. By golden-section search.
 */
export function bestTemperature(heldOut: readonly Answers[]): number {
  if (heldOut.length === 0) return 1;
  const rows = heldOut.reduce((sum, { logits }) => sum + logits.rows, 0);
  const lossAt = (log: number) =>
    heldOut.reduce(
      (sum, answers) => sum + (crossEntropy(answers, Math.exp(log)) * answers.logits.rows) / rows,
      0,
    );
  let [low, high] = [COLDEST, HOTTEST];
  while (high - low > 1e-3) {
    const [a, b] = [high - GOLDEN * (high - low), low + GOLDEN * (high - low)];
    if (lossAt(a) <= lossAt(b)) high = b;
    else low = a;
  }
  return Math.exp((low + high) / 2);
}

/**
 * Softmax of logits over a temperature, as shares of all classes: `[rows, nClasses]`, 0 for those without rows.
 * @param present the class of each column of the logits
 */
export function sharesOf(
  { data, rows, cols }: Matrix,
  temperature: number,
  present: readonly number[],
  nClasses: number,
): Matrix64 {
  const shares = zeros(rows, nClasses);
  const scaled = new Float64Array(cols);
  for (let row = 0; row < rows; row++) {
    for (let out = 0; out < cols; out++) scaled[out] = data[row * cols + out]! / temperature;
    const sum = logSumExp(scaled, 0, cols);
    present.forEach((label, out) => {
      shares.data[row * nClasses + label] = Math.exp(scaled[out]! - sum);
    });
  }
  return shares;
}
