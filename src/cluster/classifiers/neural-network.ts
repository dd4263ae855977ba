import { z } from 'zod';
import { quantile } from '../../quantile.js';
import { checkMatrix, type Matrix, takeRows } from '../matrix.js';
import { checkInteger, checkNotNegative } from '../parameters.js';
import { checkPositive } from './check-positive.js';
import type { FittedClassifier } from './classifier.js';
import { heldOutFolds } from './held-out-folds.js';
import { checkTwoClasses, type LabelledRows } from './labelled-rows.js';
import type { Perceptron } from './multi-layer-perceptron.js';
import { packedFloats, packFloats, parseKept } from './packed-floats.js';
import { type Answers, bestTemperature, sharesOf, wantedShares } from './temperature.js';
import { logitsOf, type Targets, trainPerceptron } from './train-perceptron.js';

export interface NeuralNetworkOptions {
  /** Units of the hidden layer. Default 32. */
  readonly hiddenUnits?: number;
  /** Adam's step size. Default 0.003. */
  readonly learningRate?: number;
  /** Rows of one step. Default 32. */
  readonly batchSize?: number;
  /** Default 300. */
  readonly maxEpochs?: number;
  /** Epochs without a better held-out loss after which it stops. Default 15. */
  readonly patience?: number;
  /** L2 penalty, as scikit-learn's `alpha`. Default 0.01. */
  readonly alpha?: number;
  /** Default 1. */
  readonly seed?: number;
}

/** Of more rows than these a fifth is held out once, instead of each row once. */
const FEW_ROWS = 500;
/** Without rows that can be held out nothing says when to stop. */
const BLIND_EPOCHS = 100;

/**
 * Fits a small network: one hidden layer of rectified units, softmax. Rows that are held out say after how many epochs to
 * stop, and by which temperature its answers have to be divided so that its confidence is right; the network itself is then
 * trained on all rows. Targets are Platt's, so that few rows give little confidence. A class without rows gets 0.
 */
export function fitNeuralNetwork(rows: LabelledRows, options: NeuralNetworkOptions): FittedClassifier {
  const { hiddenUnits = 32, learningRate = 0.003, batchSize = 32, maxEpochs = 300 } = options;
  const { patience = 15, alpha = 0.01, seed = 1 } = options;
  checkInteger('hiddenUnits', hiddenUnits, 1);
  checkInteger('batchSize', batchSize, 1);
  checkInteger('maxEpochs', maxEpochs, 1);
  checkInteger('patience', patience, 1);
  checkPositive('learningRate', learningRate);
  checkNotNegative('alpha', alpha);
  checkTwoClasses(rows);
  const params = { hiddenUnits, learningRate, batchSize, maxEpochs, patience, alpha, seed };
  const all = { x: rows.x, wanted: wantedShares(rows) };
  const folds = heldOutFolds(rows, seed);
  const epochs: number[] = [];
  const answers: Answers[] = [];
  for (const fold of rows.y.length > FEW_ROWS ? folds.slice(0, 1) : folds) {
    const heldOut = selectTargets(all, fold.heldOut);
    const trained = trainPerceptron(selectTargets(all, fold.learnt), params, heldOut);
    epochs.push(trained.epochs);
    answers.push({ logits: logitsOf(trained.net, heldOut.x), wanted: heldOut.wanted });
  }
  const enough =
    epochs.length > 0
      ? Math.round(quantile(Float64Array.from(epochs), 0.5))
      : Math.min(BLIND_EPOCHS, maxEpochs);
  const { net } = trainPerceptron(all, { ...params, maxEpochs: enough }, null);
  const temperature = bestTemperature(answers);
  return new FittedNetwork(net, temperature, rows.present, rows.nClasses);
}

function selectTargets({ x, wanted }: Targets, indices: Int32Array): Targets {
  return { x: takeRows(x, indices), wanted: takeRows(wanted, indices) };
}

class FittedNetwork implements FittedClassifier {
  readonly type = 'neural-network';
  readonly nClasses: number;
  readonly #net: Perceptron;
  readonly #temperature: number;
  readonly #present: readonly number[];

  constructor(net: Perceptron, temperature: number, present: readonly number[], nClasses: number) {
    this.#net = net;
    this.#temperature = temperature;
    this.#present = present;
    this.nClasses = nClasses;
  }

  predictProbability(x: Matrix) {
    checkMatrix(x, this.#net.inputs);
    return sharesOf(logitsOf(this.#net, x), this.#temperature, this.#present, this.nClasses);
  }

  toJson() {
    const { inputs, hidden, weights } = this.#net;
    return {
      ...{ type: 'neural-network', nClasses: this.nClasses, present: this.#present },
      ...{ inputs, hidden, temperature: this.#temperature, weights: packFloats(weights) },
    };
  }
}

const positiveInt = z.number().int().positive();
const keptSchema = z
  .strictObject({
    type: z.literal('neural-network'),
    nClasses: positiveInt,
    present: z.array(z.number().int().min(0)).min(2),
    inputs: positiveInt,
    hidden: positiveInt,
    temperature: z.number().positive(),
    weights: packedFloats,
  })
  .refine(
    ({ present, nClasses, inputs, hidden, weights }) =>
      present.every(label => label < nClasses) &&
      weights.length === (inputs + 1) * hidden + (hidden + 1) * present.length,
    'its parts do not fit one another',
  );

/** @throws PlantsenseError MODEL_INVALID */
export function openNeuralNetwork(json: unknown): FittedClassifier {
  const { present, nClasses, inputs, hidden, temperature, weights } = parseKept(keptSchema, json);
  const net = { inputs, hidden, outputs: present.length, weights };
  return new FittedNetwork(net, temperature, present, nClasses);
}
