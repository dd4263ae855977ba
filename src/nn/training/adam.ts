import * as tf from '../tf.js';
import type { Optimizer } from './optimizer.js';

const BETA_1 = 0.9;
const BETA_2 = 0.999;
const EPSILON = 1e-7;

/** Values that are worked on together at most, unless one variable has more: a few such arrays fit a core's cache. */
const PACK_SIZE = 2 ** 17;

/** Variables that change together, and what is remembered of them, one after another. */
interface Pack {
  readonly variables: readonly tf.Variable[];
  /** Σ β₁^(t-i) g_i */
  readonly means: tf.Variable<tf.Rank.R1>;
  /** Σ β₂^(t-i) g_i² */
  readonly squares: tf.Variable<tf.Rank.R1>;
}

/**
 * Adam (Kingma & Ba 2015) with Keras's defaults: β₁ = 0.9, β₂ = 0.999, ε = 1e-7.
 *
 * A network has many small variables, and each operation on one costs more than its values. So neighbours are packed
 * together. The moments are kept without their factors 1 - β, which saves two operations of a dozen.
 */
export class Adam implements Optimizer {
  steps = 0;
  readonly #packs: readonly Pack[];

  constructor(variables: readonly tf.Variable[]) {
    this.#packs = packed(variables);
  }

  applyGradients(gradients: readonly tf.Tensor[], learningRate: number): void {
    this.steps++;
    // In 64 bits, once a step: corrections of bias and the factors left out of the moments.
    const ofSquares = Math.sqrt((1 - BETA_2) / (1 - BETA_2 ** this.steps));
    const rate = (learningRate * (1 - BETA_1)) / (1 - BETA_1 ** this.steps) / ofSquares;
    const epsilon = EPSILON / Math.sqrt(1 - BETA_2);
    let next = 0;
    for (const { variables, means, squares } of this.#packs)
      tf.tidy(() => {
        const own = gradients.slice(next, next + variables.length);
        next += variables.length;
        const gradient = tf.concat1d(own.map(each => tf.reshape(each, [each.size])));
        means.assign(tf.add(tf.mul(means, BETA_1), gradient));
        squares.assign(tf.add(tf.mul(squares, BETA_2), tf.square(gradient)));
        const change = tf.mul(tf.div(means, tf.add(tf.sqrt(squares), epsilon)), rate) as tf.Tensor1D;
        let start = 0;
        for (const variable of variables) {
          const part = variables.length === 1 ? change : tf.slice1d(change, start, variable.size);
          variable.assign(tf.sub(variable, tf.reshape(part, variable.shape)));
          start += variable.size;
        }
      });
  }

  get slots(): readonly tf.Variable[] {
    return this.#packs.flatMap(({ means, squares }) => [means, squares]);
  }

  dispose(): void {
    tf.dispose([...this.slots]);
  }
}

function packed(variables: readonly tf.Variable[]): Pack[] {
  const groups: { members: tf.Variable[]; size: number }[] = [];
  for (const variable of variables) {
    const last = groups.at(-1);
    if (last && last.size + variable.size <= PACK_SIZE) {
      last.members.push(variable);
      last.size += variable.size;
    } else groups.push({ members: [variable], size: variable.size });
  }
  return groups.map(({ members, size }) => {
    const zeros = () => tf.tidy(() => tf.variable(tf.zeros<tf.Rank.R1>([size]), false));
    return { variables: members, means: zeros(), squares: zeros() };
  });
}
