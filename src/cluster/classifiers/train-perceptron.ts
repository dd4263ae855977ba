import { Random } from '../../random.js';
import { logSumExp } from '../log-sum-exp.js';
import type { Matrix } from '../matrix.js';
import { isBias, newPerceptron, type Perceptron, PerceptronPass } from './multi-layer-perceptron.js';
import { crossEntropy } from './temperature.js';

export interface PerceptronParams {
  readonly hiddenUnits: number;
  readonly learningRate: number;
  readonly batchSize: number;
  readonly maxEpochs: number;
  /** Epochs without a better held-out loss after which it stops. */
  readonly patience: number;
  /** L2 penalty, as scikit-learn's `alpha`: alpha / 2 · squares of the weights / rows. */
  readonly alpha: number;
  readonly seed: number;
}

/** Rows and what the network should answer to each, `[rows, outputs]`, probabilities. */
export interface Targets {
  readonly x: Matrix;
  readonly wanted: Matrix;
}

export interface TrainedPerceptron {
  readonly net: Perceptron;
  /** Epochs after which the weights were the best. */
  readonly epochs: number;
}

const [BETA1, BETA2, EPSILON] = [0.9, 0.999, 1e-8];

/**
 * Trains a network on softmax cross-entropy by Adam (Kingma & Ba 2015), for `maxEpochs`; with rows that are held out until
 * their loss no longer falls, and then it has the weights of the best epoch.
 */
export function trainPerceptron(
  learnt: Targets,
  params: PerceptronParams,
  heldOut: Targets | null,
): TrainedPerceptron {
  const { hiddenUnits, learningRate, batchSize, maxEpochs, patience, alpha, seed } = params;
  const { x, wanted } = learnt;
  const net = newPerceptron(x.cols, hiddenUnits, wanted.cols, seed);
  const { weights } = net;
  const random = new Random(seed + 1);
  const pass = new PerceptronPass(net);
  const decay = weights.map((_, at) => (isBias(net, at) ? 0 : alpha / x.rows));
  const gradient = new Float64Array(weights.length);
  const first = new Float64Array(weights.length);
  const second = new Float64Array(weights.length);
  const errors = new Float64Array(wanted.cols);
  const order = Int32Array.from({ length: x.rows }, (_, row) => row);
  let best = { loss: Number.POSITIVE_INFINITY, epoch: 0, weights: weights.slice() };
  let step = 0;
  for (let epoch = 1; epoch <= maxEpochs; epoch++) {
    random.shuffle(order);
    for (let from = 0; from < x.rows; from += batchSize) {
      const rows = order.subarray(from, from + batchSize);
      gradient.fill(0);
      for (const row of rows) {
        pass.forward(x, row);
        const sum = logSumExp(pass.logits, 0, wanted.cols);
        for (let out = 0; out < wanted.cols; out++)
          errors[out] =
            (Math.exp(pass.logits[out]! - sum) - wanted.data[row * wanted.cols + out]!) / rows.length;
        pass.backward(x, row, errors, gradient);
      }
      step++;
      const rate = (learningRate * Math.sqrt(1 - BETA2 ** step)) / (1 - BETA1 ** step);
      for (let at = 0; at < weights.length; at++) {
        const g = gradient[at]! + decay[at]! * weights[at]!;
        first[at] = BETA1 * first[at]! + (1 - BETA1) * g;
        second[at] = BETA2 * second[at]! + (1 - BETA2) * g * g;
        weights[at]! -= (rate * first[at]!) / (Math.sqrt(second[at]!) + EPSILON);
      }
    }
    if (!heldOut) continue;
    const loss = crossEntropy({ logits: logitsOf(net, heldOut.x), wanted: heldOut.wanted });
    if (loss < best.loss) best = { loss, epoch, weights: weights.slice() };
    else if (epoch - best.epoch >= patience) break;
  }
  if (!heldOut) return { net, epochs: maxEpochs };
  return { net: { ...net, weights: best.weights }, epochs: Math.max(1, best.epoch) };
}

/** What a network answers before the softmax, `[rows, outputs]`. */
export function logitsOf(net: Perceptron, x: Matrix): Matrix {
  const pass = new PerceptronPass(net);
  const data = new Float64Array(x.rows * net.outputs);
  for (let row = 0; row < x.rows; row++) {
    pass.forward(x, row);
    data.set(pass.logits, row * net.outputs);
  }
  return { data, rows: x.rows, cols: net.outputs };
}
