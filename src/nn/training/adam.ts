import * as tf from '../tf.js';
import type { Optimizer } from './optimizer.js';
import { zeroSlots } from './variables.js';

const BETA_1 = 0.9;
const BETA_2 = 0.999;
const EPSILON = 1e-7;

/** Adam (Kingma & Ba 2015) with Keras's defaults: β₁ = 0.9, β₂ = 0.999, ε = 1e-7. */
export class Adam implements Optimizer {
  steps = 0;
  readonly #variables: readonly tf.Variable[];
  readonly #means: readonly tf.Variable[];
  readonly #squares: readonly tf.Variable[];

  constructor(variables: readonly tf.Variable[]) {
    this.#variables = variables;
    this.#means = zeroSlots(variables);
    this.#squares = zeroSlots(variables);
  }

  applyGradients(gradients: readonly tf.Tensor[], learningRate: number): void {
    this.steps++;
    // In 64 bits, once a step: the two corrections of bias are one factor.
    const rate = (learningRate * Math.sqrt(1 - BETA_2 ** this.steps)) / (1 - BETA_1 ** this.steps);
    this.#variables.forEach((variable, i) => {
      tf.tidy(() => {
        const gradient = gradients[i]!;
        const mean = this.#means[i]!;
        const square = this.#squares[i]!;
        mean.assign(tf.add(mean, tf.mul(tf.sub(gradient, mean), 1 - BETA_1)));
        square.assign(tf.add(square, tf.mul(tf.sub(tf.square(gradient), square), 1 - BETA_2)));
        const change = tf.div(mean, tf.add(tf.sqrt(square), EPSILON));
        variable.assign(tf.sub(variable, tf.mul(change, rate)));
      });
    });
  }

  get slots(): readonly tf.Variable[] {
    return [...this.#means, ...this.#squares];
  }

  dispose(): void {
    tf.dispose([...this.slots]);
  }
}
