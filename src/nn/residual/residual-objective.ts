import * as tf from '../tf.js';
import type { Losses, Minibatch, Objective } from '../training/objective.js';
import type { ResidualArchitecture } from './architecture.js';
import { type BlockVariables, blockVariables } from './block-variables.js';
import { MOMENTUM } from './build-network.js';
import { trainingPass } from './training-pass.js';

/** The mean squared error between segments and their reconstructions. */
export class ResidualObjective implements Objective {
  /** What gradient descent changes. */
  readonly trained: readonly tf.Variable[];
  /** Behind those, the moving averages: they belong to checkpoints and to the best weights, and have no gradient. */
  readonly variables: readonly tf.Variable[];
  readonly fingerprint: unknown;
  readonly #network: tf.LayersModel;
  readonly #blocks: readonly BlockVariables[];
  readonly #hasAverages: boolean;
  readonly #momentum: number;

  /**
   * @param startedFrom the hash of the weights that the training goes on from
   * @param steps of the whole training
   */
  constructor(
    network: tf.LayersModel,
    architecture: ResidualArchitecture,
    startedFrom: string | null,
    steps: number,
  ) {
    this.#network = network;
    this.#blocks = blockVariables(network, architecture);
    this.#hasAverages = startedFrom !== null;
    this.#momentum = momentumFor(steps);
    const weights = (list: tf.LayersModel['weights']) => list.map(weight => weight.read() as tf.Variable);
    this.trained = weights(network.trainableWeights);
    this.variables = [...this.trained, ...weights(network.nonTrainableWeights)];
    this.fingerprint = ['residual', { architecture, startedFrom }];
  }

  loss({ x, step, isTraining }: Minibatch): Losses {
    const segments = tf.expandDims(x, 3) as tf.Tensor4D;
    const reconstructions = isTraining
      ? trainingPass(
          this.#blocks,
          segments,
          this.#hasAverages ? this.#momentum : unbiased(this.#momentum, step),
        )
      : (this.#network.apply(segments) as tf.Tensor4D);
    return { total: tf.mean(tf.squaredDifference(reconstructions, segments)) };
  }
}

/**
 * Momentum of moving averages that look back over a tenth of the training at most. Keras's look back over a hundred steps:
 * of a training of 120 they are those of another network, and with them it reconstructs a third worse than it has learnt to.
 */
function momentumFor(steps: number): number {
  return Math.min(MOMENTUM, 1 - 1 / Math.max(1, steps / 10));
}

/**
 * Momentum with which moving averages of so many steps before this one hold nothing of where they began: the first takes
 * its batch whole. With Keras's, which begins at mean 0 and variance 1, a network of 500 steps has 0.7 % of that in each of
 * its 18 layers, and reconstructs badly whatever it has learnt.
 *
 * Source: the correction of Adam's moments, Kingma & Ba 2015, section 3.
 */
function unbiased(momentum: number, step: number): number {
  return 1 - (1 - momentum) / (1 - momentum ** (step + 1));
}
