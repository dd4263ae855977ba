import { Random } from '../../random.js';
import type { Matrix } from '../matrix.js';

/** Weights of a network with one hidden layer of rectified units. */
export interface Perceptron {
  readonly inputs: number;
  readonly hidden: number;
  readonly outputs: number;
  /** `[inputs, hidden]`, then `[hidden]`, `[hidden, outputs]` and `[outputs]`, one after the other. */
  readonly weights: Float64Array;
}

/** First weights: Glorot's uniform ones, as scikit-learn's for rectified units, biases too. */
export function newPerceptron(inputs: number, hidden: number, outputs: number, seed: number): Perceptron {
  const random = new Random(seed);
  const first = Math.sqrt(6 / (inputs + hidden));
  const second = Math.sqrt(6 / (hidden + outputs));
  const ofFirst = (inputs + 1) * hidden;
  const weights = Float64Array.from({ length: ofFirst + (hidden + 1) * outputs }, (_, i) => {
    const bound = i < ofFirst ? first : second;
    return bound * (2 * random.next() - 1);
  });
  return { inputs, hidden, outputs, weights };
}

/** What a network computes with, made once. */
export class PerceptronPass {
  readonly #net: Perceptron;
  readonly hidden: Float64Array;
  readonly logits: Float64Array;
  readonly #errors: Float64Array;

  constructor(net: Perceptron) {
    this.#net = net;
    this.hidden = new Float64Array(net.hidden);
    this.logits = new Float64Array(net.outputs);
    this.#errors = new Float64Array(net.hidden);
  }

  /** Computes the `logits` of a row. */
  forward(x: Matrix, row: number): void {
    const { inputs, hidden, outputs, weights } = this.#net;
    const [biases, second, secondBiases] = places(this.#net);
    for (let unit = 0; unit < hidden; unit++) this.hidden[unit] = weights[biases + unit]!;
    for (let input = 0; input < inputs; input++) {
      const value = x.data[row * inputs + input]!;
      if (value === 0) continue;
      const start = input * hidden;
      for (let unit = 0; unit < hidden; unit++) this.hidden[unit]! += value * weights[start + unit]!;
    }
    for (let out = 0; out < outputs; out++) this.logits[out] = weights[secondBiases + out]!;
    for (let unit = 0; unit < hidden; unit++) {
      const value = Math.max(0, this.hidden[unit]!);
      this.hidden[unit] = value;
      for (let out = 0; out < outputs; out++)
        this.logits[out]! += value * weights[second + unit * outputs + out]!;
    }
  }

  /**
   * Adds a row's part of the gradient, after its `forward`.
   * @param errors derivative of the loss by each logit
   */
  backward(x: Matrix, row: number, errors: Float64Array, gradient: Float64Array): void {
    const { inputs, hidden, outputs, weights } = this.#net;
    const [biases, second, secondBiases] = places(this.#net);
    for (let out = 0; out < outputs; out++) gradient[secondBiases + out]! += errors[out]!;
    for (let unit = 0; unit < hidden; unit++) {
      const value = this.hidden[unit]!;
      const start = second + unit * outputs;
      let error = 0;
      // A unit that is off passes nothing back.
      if (value > 0)
        for (let out = 0; out < outputs; out++) {
          error += errors[out]! * weights[start + out]!;
          gradient[start + out]! += value * errors[out]!;
        }
      this.#errors[unit] = error;
      gradient[biases + unit]! += error;
    }
    for (let input = 0; input < inputs; input++) {
      const value = x.data[row * inputs + input]!;
      if (value === 0) continue;
      const start = input * hidden;
      for (let unit = 0; unit < hidden; unit++) gradient[start + unit]! += value * this.#errors[unit]!;
    }
  }
}

/** Where the first biases, the second weights and the second biases begin. */
function places({ inputs, hidden, outputs }: Perceptron): [number, number, number] {
  const biases = inputs * hidden;
  const second = biases + hidden;
  return [biases, second, second + hidden * outputs];
}

/** Whether a place of the weights is one of the biases, which are not kept small. */
export function isBias(net: Perceptron, at: number): boolean {
  const [biases, second, secondBiases] = places(net);
  return (at >= biases && at < second) || at >= secondBiases;
}
