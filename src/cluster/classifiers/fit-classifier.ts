import { z } from 'zod';
import type { Matrix } from '../matrix.js';
import { checkOneOf } from '../parameters.js';
import { type AnomalyOptions, fitAnomaly, openAnomaly } from './anomaly.js';
import { CLASSIFIER_TYPES, type ClassifierType, type FittedClassifier } from './classifier.js';
import { type DecisionTreeOptions, fitDecisionTree, openDecisionTree } from './decision-tree.js';
import { type LabelledRows, labelledRows } from './labelled-rows.js';
import { fitNeuralNetwork, type NeuralNetworkOptions, openNeuralNetwork } from './neural-network.js';
import { parseKept } from './packed-floats.js';
import { fitRules, openRules } from './rules.js';
import { fitSvm, openSvm, type SvmOptions } from './svm.js';

/** What each type of classifier takes. */
export interface ClassifierOptions {
  readonly svm: SvmOptions;
  readonly 'decision-tree': DecisionTreeOptions;
  readonly 'neural-network': NeuralNetworkOptions;
  readonly anomaly: AnomalyOptions;
  readonly rules: object;
}

/** Options of all types: which classes there are, also such without rows. Default: up to the largest in `y`. */
export interface ClassesOption {
  readonly nClasses?: number;
}

const FIT: {
  readonly [T in ClassifierType]: (rows: LabelledRows, options: ClassifierOptions[T]) => FittedClassifier;
} = {
  svm: fitSvm,
  'decision-tree': fitDecisionTree,
  'neural-network': fitNeuralNetwork,
  anomaly: fitAnomaly,
  rules: fitRules,
};

const OPEN: { readonly [T in ClassifierType]: (json: unknown) => FittedClassifier } = {
  svm: openSvm,
  'decision-tree': openDecisionTree,
  'neural-network': openNeuralNetwork,
  anomaly: openAnomaly,
  rules: openRules,
};

/**
 * Fits a classifier to rows and their classes (the image-grouping paper, section 3.4). Same rows, same classes, same
 * options, same bits, in whatever order the rows come. `svm` and `neural-network` take columns as they are: scale them
 * alike first, as `PostClusteringLayer` does. For `rules` a row is the path of a group, an id a column.
 *
 * @param x `[rows, columns]`; not changed
 * @param y class of each row, 0 .. nClasses - 1; a row without a class is left out by the caller
 * @throws PlantsenseError MATRIX_INVALID; PARAMETER_INVALID; TRAINING_DATA_INSUFFICIENT when all rows are of one class, or
 *   fewer than three are normal (`anomaly`)
 */
export function fitClassifier<T extends ClassifierType>(
  type: T,
  x: Matrix,
  y: ArrayLike<number>,
  options: ClassifierOptions[T] & ClassesOption = {},
): FittedClassifier {
  checkOneOf('type', type, CLASSIFIER_TYPES);
  return FIT[type](labelledRows(x, y, options.nClasses), options);
}

/**
 * Makes a classifier again of what its `toJson` gave.
 * @throws PlantsenseError MODEL_INVALID
 */
export function openClassifier(json: unknown): FittedClassifier {
  const { type } = parseKept(z.looseObject({ type: z.enum(CLASSIFIER_TYPES) }), json);
  return OPEN[type](json);
}
