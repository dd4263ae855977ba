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

  /** @param startedFrom the hash of the weights that the training goes on from */
  constructor(network: tf.LayersModel, architecture: ResidualArchitecture, startedFrom: string | null) {
    this.#network = network;
    this.#blocks = blockVariables(network, architecture);
    this.#hasAverages = startedFrom !== null;
    const weights = (list: tf.LayersModel['weights']) => list.map(weight => weight.read() as tf.Variable);
    this.trained = weights(network.trainableWeights);
    this.variables = [...this.trained, ...weights(network.nonTrainableWeights)];
    this.fingerprint = ['residual', { architecture, startedFrom }];
  }

  loss({ x, step, isTraining }: Minibatch): Losses {
    const segments = tf.expandDims(x, 3) as tf.Tensor4D;
    const reconstructions = isTraining
      ? trainingPass(this.#blocks, segments, this.#hasAverages ? MOMENTUM : unbiasedMomentum(step))
      : (this.#network.apply(segments) as tf.Tensor4D);
    return { total: tf.mean(tf.squaredDifference(reconstructions, segments)) };
  }
}

/**
 * Momentum with which moving averages of so many steps before this one hold nothing of where they began: the first takes
 * its batch whole. With Keras's, which begins at mean 0 and variance 1, a network of 500 steps has 0.7 % of that in each of
 * its 18 layers, and reconstructs badly whatever it has learnt.
 *
 * Source: the correction of Adam's moments, Kingma & Ba 2015, section 3.
 */
function unbiasedMomentum(step: number): number {
  return 1 - (1 - MOMENTUM) / (1 - MOMENTUM ** (step + 1));
}
