import { z } from 'zod';
import { checkMatrix, type Matrix, zeros } from '../matrix.js';
import { checkInteger, checkOneOf } from '../parameters.js';
import { checkPositive } from './check-positive.js';
import type { FittedClassifier } from './classifier.js';
import { heldOutFolds } from './held-out-folds.js';
import { fitKernelSvm, type KernelDecision, kernelDecision } from './kernel-svm.js';
import { checkTwoClasses, type LabelledRows, selectLabelled } from './labelled-rows.js';
import { fitLinearSvm, type LinearDecision, linearDecision } from './linear-svm.js';
import { packedFloats, packFloats, parseKept } from './packed-floats.js';
import { fitPlattSigmoid, type PlattSigmoid, plattProbability } from './platt-scaling.js';

export interface SvmOptions {
  /** `linear`: scikit-learn's LinearSVC. `rbf`: its SVC with that kernel, one class against the rest. Default linear. */
  readonly kernel?: 'linear' | 'rbf';
  /** Weight of errors against the margin. Default 1. */
  readonly c?: number;
  /** Of the kernel exp(−gamma · distance²); `scale` is 1 / (columns · variance of all numbers). Default scale. */
  readonly gamma?: number | 'scale';
  /** How near to the best plane it goes. Default 1e-4 for `linear`, 1e-3 for `rbf`. */
  readonly tol?: number;
  /** Passes over the rows (`linear`), or pairs per row (`rbf`). Default 1,000. */
  readonly maxIter?: number;
  /** Default 1. */
  readonly seed?: number;
}

type Decision = LinearDecision | KernelDecision;

/** Tells one class from the others. */
interface OneAgainstRest {
  readonly label: number;
  readonly decision: Decision;
  readonly sigmoid: PlattSigmoid;
}

/** A fitted support vector machine. */
export interface SvmClassifier extends FittedClassifier {
  readonly type: 'svm';
  /**
   * Distances to the planes in margins, `[rows, classes with rows]`; of two classes one column, above 0 for the second. As
   * scikit-learn's `decision_function`.
   * @throws PlantsenseError MATRIX_INVALID
   */
  decisionFunction(x: Matrix): Matrix;
}

/**
 * Fits a support vector machine for each class against the rest. Probabilities are Platt's sigmoids of decision values of
 * rows that were held out, in 5 folds; of several classes, their share of the sum. A class without rows gets 0.
 */
export function fitSvm(rows: LabelledRows, options: SvmOptions): SvmClassifier {
  const { kernel = 'linear', c = 1, gamma = 'scale', maxIter = 1000, seed = 1 } = options;
  checkOneOf('kernel', kernel, ['linear', 'rbf']);
  const tol = options.tol ?? (kernel === 'linear' ? 1e-4 : 1e-3);
  checkPositive('c', c);
  checkPositive('tol', tol);
  if (gamma !== 'scale') checkPositive('gamma', gamma);
  checkInteger('maxIter', maxIter, 1);
  checkTwoClasses(rows);
  const width = gamma === 'scale' ? scaledGamma(rows.x) : gamma;
  const learn = ({ x, y }: LabelledRows, label: number): Decision => {
    const positive = Array.from(y, each => each === label);
    return kernel === 'linear'
      ? fitLinearSvm(x, positive, { c, tol, maxIter, seed })
      : fitKernelSvm(x, positive, { c, gamma: width, tol, maxIter: maxIter * x.rows });
  };
  const folds = heldOutFolds(rows, seed).map(({ learnt, heldOut }) => ({
    learnt: selectLabelled(rows, learnt),
    heldOut,
  }));
  const labels = rows.present.length === 2 ? rows.present.slice(1) : rows.present;
  const machines = labels.map(label => {
    const decision = learn(rows, label);
    // A row that can't be held out, the only one of its class, stands with the value that it has.
    const values = Float64Array.from(rows.y, (_, row) => decisionValue(decision, rows.x, row));
    for (const { learnt, heldOut } of folds) {
      const other = learn(learnt, label);
      for (const row of heldOut) values[row] = decisionValue(other, rows.x, row);
    }
    return { label, decision, sigmoid: sigmoidOf(values, rows, label) };
  });
  return new FittedSvm(machines, rows.present, rows.nClasses, rows.x.cols);
}

/** A larger value may not make the class less likely: then the values of few rows say nothing, and only shares do. */
function sigmoidOf(values: Float64Array, rows: LabelledRows, label: number): PlattSigmoid {
  const sigmoid = fitPlattSigmoid(
    values,
    Array.from(rows.y, each => each === label),
  );
  if (sigmoid.slope <= 0) return sigmoid;
  const positives = rows.counts[label]!;
  return { slope: 0, offset: Math.log((rows.y.length - positives + 1) / (positives + 1)) };
}

class FittedSvm implements SvmClassifier {
  readonly type = 'svm';
  readonly nClasses: number;
  readonly #machines: readonly OneAgainstRest[];
  readonly #present: readonly number[];
  readonly #cols: number;

  constructor(
    machines: readonly OneAgainstRest[],
    present: readonly number[],
    nClasses: number,
    cols: number,
  ) {
    this.#machines = machines;
    this.#present = present;
    this.nClasses = nClasses;
    this.#cols = cols;
  }

  decisionFunction(x: Matrix): Matrix {
    checkMatrix(x, this.#cols);
    const values = zeros(x.rows, this.#machines.length);
    for (let row = 0; row < x.rows; row++)
      this.#machines.forEach(({ decision }, i) => {
        values.data[row * values.cols + i] = decisionValue(decision, x, row);
      });
    return values;
  }

  predictProbability(x: Matrix) {
    const values = this.decisionFunction(x);
    const shares = zeros(x.rows, this.nClasses);
    for (let row = 0; row < x.rows; row++) {
      const of = shares.data.subarray(row * this.nClasses, (row + 1) * this.nClasses);
      this.#machines.forEach(({ label, sigmoid }, i) => {
        of[label] = plattProbability(sigmoid, values.data[row * values.cols + i]!);
      });
      if (this.#machines.length === 1) of[this.#present[0]!] = 1 - of[this.#present[1]!]!;
      const sum = of.reduce((a, b) => a + b);
      for (const label of this.#present) of[label] = sum > 0 ? of[label]! / sum : 1 / this.#present.length;
    }
    return shares;
  }

  toJson() {
    const machines = this.#machines.map(({ label, decision, sigmoid }) => ({
      label,
      ...sigmoid,
      weights: packFloats(decision.weights),
      intercept: decision.intercept,
      ...('gamma' in decision && {
        gamma: decision.gamma,
        supportVectors: packFloats(decision.supportVectors.data),
      }),
    }));
    return { type: 'svm', nClasses: this.nClasses, cols: this.#cols, present: this.#present, machines };
  }
}

function decisionValue(decision: Decision, x: Matrix, row: number): number {
  return 'gamma' in decision ? kernelDecision(decision, x, row) : linearDecision(decision, x, row);
}

/** scikit-learn's `gamma='scale'`. */
function scaledGamma({ data, cols }: Matrix): number {
  let mean = 0;
  for (const value of data) mean += value / data.length;
  let variance = 0;
  for (const value of data) variance += (value - mean) ** 2 / data.length;
  return variance > 0 ? 1 / (cols * variance) : 1;
}

const label = z.number().int().min(0);
const keptSchema = z
  .strictObject({
    type: z.literal('svm'),
    nClasses: z.number().int().positive(),
    cols: z.number().int().positive(),
    present: z.array(label).min(2),
    machines: z
      .array(
        z.strictObject({
          ...{ label, slope: z.number(), offset: z.number(), weights: packedFloats, intercept: z.number() },
          gamma: z.number().positive().optional(),
          supportVectors: packedFloats.optional(),
        }),
      )
      .min(1),
  })
  .refine(
    ({ present, nClasses, machines, cols }) =>
      present.every(each => each < nClasses) &&
      machines.length === (present.length === 2 ? 1 : present.length) &&
      machines.every(
        ({ label, weights, supportVectors }) =>
          present.includes(label) &&
          (supportVectors?.length ?? weights.length * cols) === weights.length * cols &&
          (supportVectors !== undefined || weights.length === cols),
      ),
    'its parts do not fit one another',
  );

/** @throws PlantsenseError MODEL_INVALID */
export function openSvm(json: unknown): SvmClassifier {
  const { machines, present, nClasses, cols } = parseKept(keptSchema, json);
  const opened = machines.map(({ label, slope, offset, weights, intercept, gamma, supportVectors }) => ({
    label,
    sigmoid: { slope, offset },
    decision:
      gamma === undefined || supportVectors === undefined
        ? { weights, intercept }
        : { weights, intercept, gamma, supportVectors: { data: supportVectors, rows: weights.length, cols } },
  }));
  return new FittedSvm(opened, present, nClasses, cols);
}
