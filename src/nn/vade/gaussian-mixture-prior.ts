import type { Latents } from '../conv-sdae/encoder.js';
import { largestOfEachRow } from '../largest-of-each-row.js';
import { PRIOR_LOG_VARIANCE } from './mixture-prior.js';

/** The learnt prior's numbers as they were trained: see `MixturePrior`. */
export interface PriorValues {
  readonly logits: Float32Array;
  readonly means: Float32Array;
  readonly logVariances: Float32Array;
}

/** How rows lie in the prior. */
export interface PriorScores {
  /** Posterior probability of each group, `[rows, groups]`. */
  readonly responsibilities: Float64Array;
  /** Natural logarithm of the density of each row's latents. */
  readonly logLikelihood: Float64Array;
  /** Most probable group of each row. */
  readonly labels: Int32Array;
}

const LOG_2_PI = Math.log(2 * Math.PI);

/**
 * VaDE's prior, learnt: where latents lie in it, in 64 bits. A row's answer depends on that row alone.
 *
 * `DiagonalMixture` of the clustering room has the same density, and models in the stream are scored by it. That room lies
 * above this one, which needs the density itself to see a collapse.
 */
export class GaussianMixturePrior {
  readonly values: PriorValues;
  /** `[groups]`, sum 1. */
  readonly weights: Float64Array;
  /** `[groups, latentDim]` */
  readonly means: Float64Array;
  /** `[groups, latentDim]` */
  readonly variances: Float64Array;

  constructor(values: PriorValues) {
    this.values = values;
    const { least, most } = PRIOR_LOG_VARIANCE;
    const largest = values.logits.reduce((a, b) => Math.max(a, b));
    const exponentials = Float64Array.from(values.logits, logit => Math.exp(logit - largest));
    const sum = exponentials.reduce((a, b) => a + b);
    this.weights = exponentials.map(value => value / sum);
    this.means = Float64Array.from(values.means);
    this.variances = Float64Array.from(values.logVariances, value =>
      Math.exp(Math.min(most, Math.max(least, value))),
    );
  }

  get groups(): number {
    return this.weights.length;
  }

  /** @param latents `[rows, latentDim]` */
  score({ data, rows, cols }: Latents): PriorScores {
    const { groups, weights, means, variances } = this;
    const constants = weights.map((weight, group) => {
      let logVariances = 0;
      for (let i = group * cols; i < (group + 1) * cols; i++) logVariances += Math.log(variances[i]!);
      return Math.log(weight) - (cols * LOG_2_PI + logVariances) / 2;
    });
    const responsibilities = new Float64Array(rows * groups);
    const logLikelihood = new Float64Array(rows);
    for (let row = 0; row < rows; row++) {
      const joint = responsibilities.subarray(row * groups, (row + 1) * groups);
      for (let group = 0; group < groups; group++) {
        let distance = 0;
        for (let col = 0; col < cols; col++) {
          const i = group * cols + col;
          distance += (data[row * cols + col]! - means[i]!) ** 2 / variances[i]!;
        }
        joint[group] = constants[group]! - distance / 2;
      }
      const largest = joint.reduce((a, b) => Math.max(a, b));
      const sum = joint.reduce((total, value) => total + Math.exp(value - largest), 0);
      logLikelihood[row] = largest + Math.log(sum);
      for (let group = 0; group < groups; group++)
        joint[group] = Math.exp(joint[group]! - logLikelihood[row]!);
    }
    return { responsibilities, logLikelihood, labels: largestOfEachRow(responsibilities, groups) };
  }
}
