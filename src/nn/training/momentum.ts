import * as tf from '../tf.js';
import type { Optimizer } from './optimizer.js';
import { zeroSlots } from './variables.js';

/** Stochastic gradient descent with momentum (Polyak 1964), as Keras's `SGD(momentum=...)`. */
export class Momentum implements Optimizer {
  steps = 0;
  readonly slots: readonly tf.Variable[];
  readonly #variables: readonly tf.Variable[];
  readonly #momentum: number;

  constructor(variables: readonly tf.Variable[], momentum = 0.9) {
    this.#variables = variables;
    this.#momentum = momentum;
    this.slots = zeroSlots(variables);
  }

  applyGradients(gradients: readonly tf.Tensor[], learningRate: number): void {
    this.steps++;
    this.#variables.forEach((variable, i) => {
      tf.tidy(() => {
        const slot = this.slots[i]!;
        slot.assign(tf.sub(tf.mul(slot, this.#momentum), tf.mul(gradients[i]!, learningRate)));
        variable.assign(tf.add(variable, slot));
      });
    });
  }

  dispose(): void {
    tf.dispose([...this.slots]);
  }
}
