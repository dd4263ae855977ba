import { z } from 'zod';
import { checkMatrix, type Matrix, takeRows, zeros } from '../matrix.js';
import { checkInteger } from '../parameters.js';
import type { FittedClassifier } from './classifier.js';
import { growTree, leafOf, type Tree } from './grow-tree.js';
import { heldOutFolds } from './held-out-folds.js';
import { checkTwoClasses, type LabelledRows, selectLabelled } from './labelled-rows.js';
import { packedFloats, packFloats, parseKept } from './packed-floats.js';
import { bestTemperature, sharesOf, wantedShares } from './temperature.js';

export interface DecisionTreeOptions {
  /** Questions from the root to a leaf, at most; null: until leaves hold one class. Default null. */
  readonly maxDepth?: number | null;
  /** Rows that a leaf needs. Default 1. */
  readonly minSamplesLeaf?: number;
  /** Of the rows that are held out. Default 1. */
  readonly seed?: number;
}

/**
 * Fits a classification tree. A leaf's probabilities begin as its shares with Laplace's correction,
 * (n + 1) / (rows + classes), over the classes that have rows (Provost & Domingos 2003). A tree fits its own rows too well:
 * trees that have not seen all rows say by which temperature the logarithms have to be divided so that the confidence is
 * right. A class without rows gets 0.
 */
export function fitDecisionTree(rows: LabelledRows, options: DecisionTreeOptions): FittedClassifier {
  const { maxDepth = null, minSamplesLeaf = 1, seed = 1 } = options;
  if (maxDepth !== null) checkInteger('maxDepth', maxDepth, 1);
  checkInteger('minSamplesLeaf', minSamplesLeaf, 1);
  checkTwoClasses(rows);
  const limits = { maxDepth: maxDepth ?? Number.POSITIVE_INFINITY, minSamplesLeaf };
  const wanted = wantedShares(rows);
  const answers = heldOutFolds(rows, seed).map(({ learnt, heldOut }) => {
    const tree = growTree(selectLabelled(rows, learnt), limits);
    return {
      logits: leafLogits(tree, takeRows(rows.x, heldOut), rows.present),
      wanted: takeRows(wanted, heldOut),
    };
  });
  const { present, nClasses, x } = rows;
  return new FittedTree(growTree(rows, limits), bestTemperature(answers), present, nClasses, x.cols);
}

/** Logarithms of the shares in the leaves that rows come to, but for a constant, `[rows, classes with rows]`. */
function leafLogits(tree: Tree, x: Matrix, present: readonly number[]): Matrix {
  const nClasses = tree.counts.length / tree.feature.length;
  const logits = zeros(x.rows, present.length);
  for (let row = 0; row < x.rows; row++) {
    const leaf = leafOf(tree, x, row) * nClasses;
    present.forEach((label, out) => {
      logits.data[row * present.length + out] = Math.log(tree.counts[leaf + label]! + 1);
    });
  }
  return logits;
}

class FittedTree implements FittedClassifier {
  readonly type = 'decision-tree';
  readonly nClasses: number;
  readonly #tree: Tree;
  readonly #temperature: number;
  readonly #present: readonly number[];
  readonly #cols: number;

  constructor(tree: Tree, temperature: number, present: readonly number[], nClasses: number, cols: number) {
    this.#tree = tree;
    this.#temperature = temperature;
    this.#present = present;
    this.nClasses = nClasses;
    this.#cols = cols;
  }

  predictProbability(x: Matrix) {
    checkMatrix(x, this.#cols);
    const logits = leafLogits(this.#tree, x, this.#present);
    return sharesOf(logits, this.#temperature, this.#present, this.nClasses);
  }

  toJson() {
    const { feature, threshold, left, right, counts } = this.#tree;
    return {
      ...{ type: 'decision-tree', nClasses: this.nClasses, cols: this.#cols, present: this.#present },
      ...{ temperature: this.#temperature, feature: [...feature], threshold: packFloats(threshold) },
      ...{ left: [...left], right: [...right], counts: [...counts] },
    };
  }
}

const index = z.number().int().min(-1);
const keptSchema = z
  .strictObject({
    type: z.literal('decision-tree'),
    nClasses: z.number().int().positive(),
    cols: z.number().int().positive(),
    present: z.array(z.number().int().min(0)).min(2),
    temperature: z.number().positive(),
    feature: z.array(index).min(1),
    threshold: packedFloats,
    left: z.array(index),
    right: z.array(index),
    counts: z.array(z.number().int().min(0)),
  })
  .refine(({ feature, threshold, left, right, counts, present, nClasses, cols }) => {
    const nodes = feature.length;
    // Children stand behind their parent: so every walk down the tree ends.
    const isChild = (child: number | undefined, node: number) =>
      child !== undefined && child > node && child < nodes;
    return (
      present.every(label => label < nClasses) &&
      threshold.length === nodes &&
      counts.length === nodes * nClasses &&
      feature.every(
        (column, node) =>
          column < 0 || (column < cols && isChild(left[node], node) && isChild(right[node], node)),
      )
    );
  }, 'its parts do not fit one another');

/** @throws PlantsenseError MODEL_INVALID */
export function openDecisionTree(json: unknown): FittedClassifier {
  const { temperature, present, nClasses, cols, ...kept } = parseKept(keptSchema, json);
  const { feature, threshold, left, right, counts } = kept;
  const tree = {
    ...{ feature: Int32Array.from(feature), threshold },
    ...{ left: Int32Array.from(left), right: Int32Array.from(right), counts: Float64Array.from(counts) },
  };
  return new FittedTree(tree, temperature, present, nClasses, cols);
}
