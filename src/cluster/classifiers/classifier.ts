import type { Matrix, Matrix64 } from '../matrix.js';

/** The forms that the post-clustering layer can have (the image-grouping paper, section 3.4). */
export const CLASSIFIER_TYPES = ['svm', 'decision-tree', 'neural-network', 'anomaly', 'rules'] as const;
export type ClassifierType = (typeof CLASSIFIER_TYPES)[number];

/** A fitted classifier. */
export interface FittedClassifier {
  readonly type: ClassifierType;
  /** How many classes it tells apart; classes are 0 .. nClasses - 1. */
  readonly nClasses: number;
  /**
   * How sure it is of each class, `[rows, nClasses]`; each row adds up to 1. A row's answer doesn't depend on the rows
   * beside it.
   * @throws PlantsenseError MATRIX_INVALID when `x` is empty, has another number of columns, or holds NaN or infinity
   */
  predictProbability(x: Matrix): Matrix64;
  /** What it has to keep, as JSON without numbers beyond 64-bit floats; `openClassifier` makes it again, bit for bit. */
  toJson(): unknown;
}
