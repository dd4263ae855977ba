import { beforeAll, describe, expect, it } from 'vitest';
import { openBackend } from '../backend/open-backend.js';
import { klDivergence, targetDistribution } from '../target-distribution.js';
import { GOLDENS, gradientError, largestError, type VadeGolden } from '../testing/goldens.js';
import * as tf from '../tf.js';
import { GaussianMixturePrior } from './gaussian-mixture-prior.js';
import { klToMixture } from './kl-to-prior.js';
import { clampLogVariance, logResponsibilities, type MixturePrior } from './mixture-prior.js';
import { meanSquaredError, negativeLogLikelihood } from './reconstruction-loss.js';
import { elboLoss, sampleLatent, seedLoss, type VadeTerms } from './vade-loss.js';

beforeAll(() => openBackend(), 180_000);

const WEIGHTS = { beta: 0.1, gamma: 0.5 };

/** What a loss depends on: mean, log-variance, drawn pixels, and the prior's logits, means and log-variances. */
function argumentsOf({ mean, logVariance, drawn, prior }: VadeGolden): tf.Tensor[] {
  return [
    tf.tensor2d(mean),
    tf.tensor2d(logVariance),
    tf.tensor2d(drawn),
    tf.tensor1d(prior.pi.map(Math.log)),
    tf.tensor2d(prior.mean),
    tf.tensor2d(prior.logVariance),
  ];
}

function termsOf(golden: VadeGolden, values: readonly tf.Tensor[], warmUp = 1): VadeTerms {
  const [mean, logVariance, drawn, logits, means, logVariances] = values;
  const prior = { logits, means, logVariances } as MixturePrior;
  const posterior = { mean: mean as tf.Tensor2D, logVariance: logVariance as tf.Tensor2D };
  const { logGamma } = sampleLatent(posterior, tf.tensor2d(golden.normals), prior);
  return { wanted: tf.tensor2d(golden.wanted), drawn: drawn!, posterior, logGamma, prior, warmUp };
}

const frequenciesOf = ({ gamma, frequencies }: VadeGolden) =>
  tf.tensor1d(frequencies ?? gamma[0]!.map((_, group) => gamma.reduce((sum, row) => sum + row[group]!, 0)));

describe.each(GOLDENS.vade)('VaDE with latents of $mean.length rows', golden => {
  it('gives the terms of the papers', () => {
    tf.tidy(() => {
      const terms = termsOf(golden, argumentsOf(golden));
      const { posterior, logGamma, prior, drawn, wanted } = terms;
      expect(largestError(tf.exp(logGamma), golden.gamma.flat())).toBeLessThan(1e-6);
      expect(largestError(klToMixture(posterior, logGamma, prior), golden.klPerRow)).toBeLessThan(1e-5);
      const target = targetDistribution(tf.exp(logGamma), frequenciesOf(golden));
      expect(largestError(target, golden.target.flat())).toBeLessThan(1e-6);
      expect(largestError(klDivergence(target, logGamma), [golden.clustering])).toBeLessThan(1e-6);
      expect(largestError(meanSquaredError(drawn, wanted), [golden.meanSquaredError])).toBeLessThan(1e-6);
      expect(largestError(negativeLogLikelihood(drawn, wanted), [golden.negativeLogLikelihood])).toBeLessThan(
        1e-5,
      );
    });
  });

  it('gives both losses', () => {
    tf.tidy(() => {
      const terms = termsOf(golden, argumentsOf(golden));
      const seed = seedLoss(terms, WEIGHTS, frequenciesOf(golden));
      expect(largestError(seed.total, [golden.seedLoss])).toBeLessThan(1e-5);
      expect(largestError(elboLoss(terms).total, [golden.elboLoss])).toBeLessThan(1e-5);
    });
  });

  it('counts nothing but reconstruction before it is warm', () => {
    tf.tidy(() => {
      const terms = termsOf(golden, argumentsOf(golden), 0);
      const { total } = seedLoss(terms, WEIGHTS, frequenciesOf(golden));
      expect(largestError(total, [golden.meanSquaredError])).toBeLessThan(1e-6);
      expect(largestError(elboLoss(terms).total, [golden.negativeLogLikelihood])).toBeLessThan(1e-5);
    });
  });

  it('has the gradients of finite differences', () => {
    const elbo = (...values: tf.Tensor[]) => elboLoss(termsOf(golden, values, 0.7)).total;
    expect(gradientError(elbo, argumentsOf(golden))).toBeLessThan(4e-3);
    const withoutTargets = (...values: tf.Tensor[]) =>
      seedLoss(termsOf(golden, values), { beta: 0.1, gamma: 0 }, frequenciesOf(golden)).total;
    expect(gradientError(withoutTargets, argumentsOf(golden))).toBeLessThan(4e-3);
    const targets = tf.tensor2d(golden.target);
    const clustering = (...values: tf.Tensor[]) => {
      const { logGamma, drawn } = termsOf(golden, values);
      // Pixels too, so that it depends on every argument.
      return tf.add(klDivergence(targets, logGamma), tf.mean(drawn)) as tf.Scalar;
    };
    expect(gradientError(clustering, argumentsOf(golden))).toBeLessThan(4e-3);
  });

  it('takes the targets as given: no gradient flows into them', () => {
    tf.tidy(() => {
      const values = argumentsOf(golden);
      const targets = tf.tensor2d(golden.target);
      const gradients = (loss: (...at: tf.Tensor[]) => tf.Scalar) => tf.grads(loss)(values);
      const whole = gradients(
        (...at) => seedLoss(termsOf(golden, at), { beta: 0, gamma: 1 }, frequenciesOf(golden)).total,
      );
      const fixed = gradients((...at) => {
        const terms = termsOf(golden, at);
        return tf.add(klDivergence(targets, terms.logGamma), meanSquaredError(terms.drawn, terms.wanted));
      });
      whole.forEach((gradient, i) => {
        expect(largestError(gradient, fixed[i]!.dataSync())).toBeLessThan(1e-5);
      });
    });
  });

  it('scores latents in 64 bits as tensors do in 32', () => {
    const { prior, mean } = golden;
    const flat = (table: number[][]) => Float32Array.from(table.flat());
    const mixture = new GaussianMixturePrior({
      logits: Float32Array.from(prior.pi, Math.log),
      means: flat(prior.mean),
      logVariances: flat(prior.logVariance),
    });
    const { responsibilities, labels } = mixture.score({
      data: flat(mean),
      rows: mean.length,
      cols: mean[0]!.length,
    });
    tf.tidy(() => {
      const [latents, , , logits, means, logVariances] = argumentsOf(golden);
      const tensors = { logits, means, logVariances } as MixturePrior;
      const gamma = tf.exp(logResponsibilities(latents as tf.Tensor2D, tensors));
      expect(largestError(gamma, responsibilities)).toBeLessThan(1e-6);
      expect([...labels]).toEqual([...tf.argMax(gamma, 1).dataSync()]);
    });
  });
});

describe('klToMixture', () => {
  it('is the divergence to a standard normal distribution when the mixture is one', () => {
    tf.tidy(() => {
      const { mean, logVariance } = GOLDENS.vade[0]!;
      const posterior = { mean: tf.tensor2d(mean), logVariance: tf.tensor2d(logVariance) };
      const prior = { logits: tf.tensor1d([3]), means: tf.zeros([1, 2]), logVariances: tf.zeros([1, 2]) };
      const kl = klToMixture(posterior, tf.zeros([2, 1]), prior as MixturePrior);
      expect(largestError(kl, GOLDENS.klToStandardNormal)).toBeLessThan(1e-6);
    });
  });

  it('stays finite for latents far from every group, and holds variances inside their bounds', () => {
    tf.tidy(() => {
      const prior: MixturePrior = {
        logits: tf.tensor1d([-80, 80]),
        means: tf.zeros([2, 2]),
        logVariances: tf.tensor2d([
          [-99, -99],
          [99, 99],
        ]),
      };
      const posterior = {
        mean: tf.tensor2d([[1e3, -1e3]]),
        logVariance: clampLogVariance(tf.tensor2d([[99, -99]]), { least: -10, most: 4 }),
      };
      expect(largestError(posterior.logVariance, [4, -10])).toBe(0);
      const { logGamma } = sampleLatent(posterior, null, prior);
      const kl = klToMixture(posterior, logGamma, prior);
      expect([...logGamma.dataSync(), ...kl.dataSync()].every(Number.isFinite)).toBe(true);
    });
  });
});
