import { klDivergence, targetDistribution } from '../target-distribution.js';
import * as tf from '../tf.js';
import type { Losses } from '../training/objective.js';
import { klToMixture, type Posterior } from './kl-to-prior.js';
import { logResponsibilities, type MixturePrior } from './mixture-prior.js';
import { meanSquaredError, negativeLogLikelihood } from './reconstruction-loss.js';

/** What both losses are made of, for one minibatch. */
export interface VadeTerms {
  /** Rows as they are wanted and as they were drawn from `z`. */
  readonly wanted: tf.Tensor;
  readonly drawn: tf.Tensor;
  readonly posterior: Posterior;
  /** Logarithms of the responsibilities at `z`. */
  readonly logGamma: tf.Tensor2D;
  readonly prior: MixturePrior;
  /** How much of the terms that group counts yet, 0 to 1. */
  readonly warmUp: number;
}

/** A latent drawn from the posterior, and where it lies in the prior. */
export function sampleLatent(posterior: Posterior, normals: tf.Tensor2D | null, prior: MixturePrior) {
  const { mean, logVariance } = posterior;
  const z = normals ? tf.add(mean, tf.mul(tf.exp(tf.mul(logVariance, 0.5)), normals)) : mean;
  return { z: z as tf.Tensor2D, logGamma: logResponsibilities(z as tf.Tensor2D, prior) };
}

/** VaDE's own loss, the negative evidence lower bound (Jiang et al. 2017, eq. 12), in nats a row. */
export function elboLoss({ wanted, drawn, posterior, logGamma, prior, warmUp }: VadeTerms): Losses {
  const reconstruction = negativeLogLikelihood(drawn, wanted);
  const kl = tf.mean(klToMixture(posterior, logGamma, prior)) as tf.Scalar;
  return { total: tf.add(reconstruction, tf.mul(kl, warmUp)), reconstruction, kl };
}

export interface SeedWeights {
  /** Of the KL divergence to the prior. */
  readonly beta: number;
  /** Of KL(P‖Q). */
  readonly gamma: number;
}

/**
 * The industrial noise paper's loss: reconstruction + β KL + γ KL(P‖Q), with the mean squared error over pixels, the KL
 * divergence to the mixture prior, and P sharpened from the responsibilities Q.
 *
 * @param frequencies sum of Q over all rows, `[groups]`
 */
export function seedLoss(
  { wanted, drawn, posterior, logGamma, prior, warmUp }: VadeTerms,
  { beta, gamma }: SeedWeights,
  frequencies: tf.Tensor1D,
): Losses {
  const reconstruction = meanSquaredError(drawn, wanted);
  const kl = tf.mean(klToMixture(posterior, logGamma, prior)) as tf.Scalar;
  const clustering = klDivergence(constant(targetDistribution(tf.exp(logGamma), frequencies)), logGamma);
  const regularisation = tf.add(tf.mul(kl, beta), tf.mul(clustering, gamma));
  return { total: tf.add(reconstruction, tf.mul(regularisation, warmUp)), reconstruction, kl, clustering };
}

/** The same values, through which no gradient flows. */
function constant<T extends tf.Tensor>(x: T): T {
  const stop = tf.customGrad((...args) => {
    const [input] = args as unknown as [tf.Tensor];
    return { value: tf.clone(input), gradFunc: (dy: tf.Tensor) => tf.zerosLike(dy) };
  });
  return stop(x) as T;
}
