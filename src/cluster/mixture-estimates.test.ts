import { describe, expect, it } from 'vitest';
import { DiagonalMixture } from './diagonal-mixture.js';
import { FullMixture } from './full-mixture.js';
import { COVARIANCE_TYPES, type CovarianceType } from './gaussian-mixture.js';
import { type Matrix64, takeRows, zeros } from './matrix.js';
import type { Mixture } from './mixture.js';
import { MAXIMIZE } from './mixture-estimates.js';
import { SphericalMixture } from './spherical-mixture.js';
import { goldenLabels, goldenMatrix } from './testing/goldens.js';
import { mixtureReference } from './testing/mixture-goldens.js';
import { identity, largestDifference, randomMatrix } from './testing/random-matrix.js';
import { TiedMixture } from './tied-mixture.js';

const K = 7;

/** The first six features of a golden matrix. */
function sixFeatures(): Matrix64 {
  const x = goldenMatrix('overlapping');
  const six = zeros(x.rows, 6);
  for (let i = 0; i < six.data.length; i++) six.data[i] = x.data[Math.floor(i / 6) * x.cols + (i % 6)]!;
  return six;
}

function covariancesOf(mixture: Mixture): Float64Array {
  if (mixture instanceof FullMixture)
    return Float64Array.from(mixture.covariances.flatMap(({ data }) => [...data]));
  if (mixture instanceof TiedMixture) return mixture.covariance.data;
  if (mixture instanceof SphericalMixture) return mixture.variances;
  if (mixture instanceof DiagonalMixture) return Float64Array.from(mixture.covariances.data);
  throw new Error('no mixture');
}

describe.each(COVARIANCE_TYPES)('one step with covariances of type %s', (type: CovarianceType) => {
  const x = sixFeatures();
  const truth = goldenLabels('overlapping.truth');
  const shares = Float64Array.from(
    { length: x.rows * K },
    (_, i) => (truth[Math.floor(i / K)] === i % K ? 0.8 : 0) + 0.2 / K,
  );
  const expected = mixtureReference.steps[type];
  const mixture: Mixture = MAXIMIZE[type](x, shares, K, 1e-6);

  it('estimates what scikit-learn does', () => {
    expect(largestDifference(mixture.weights, expected.weights)).toBeLessThan(1e-14);
    expect(largestDifference(mixture.means.data, expected.means)).toBeLessThan(1e-12);
    expect(largestDifference(covariancesOf(mixture), expected.covariances)).toBeLessThan(1e-10);
  });

  it('gives the densities, posteriors and criteria of scikit-learn', () => {
    const first = takeRows(x, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(largestDifference(mixture.scoreSamples(first), expected.scoreSamples)).toBeLessThan(1e-11);
    expect(largestDifference(mixture.predictProba(first).data, expected.predictProba)).toBeLessThan(1e-11);
    expect(mixture.bic(x) / expected.bic).toBeCloseTo(1, 12);
    expect(mixture.aic(x) / expected.aic).toBeCloseTo(1, 12);
  });

  it('gives each row the same bits alone and among others, by all its answers', () => {
    const many = mixture.logJoint(x);
    const responsibilities = new Float64Array(x.rows * K);
    const likelihoods = mixture.expect(x, responsibilities);
    for (const row of [0, 5, 77, 799]) {
      const alone = takeRows(x, [row]);
      expect(mixture.logJoint(alone).data).toEqual(many.data.slice(row * K, (row + 1) * K));
      expect(mixture.scoreSamples(alone)[0]).toBe(likelihoods[row]);
      expect(mixture.predictProba(alone).data).toEqual(responsibilities.slice(row * K, (row + 1) * K));
    }
  });
});

describe('precision', () => {
  it('is the inverse covariance, as scikit-learn gives it', () => {
    const truth = goldenLabels('overlapping.truth');
    const shares = new Float64Array(truth.length * K).fill(0.2 / K);
    truth.forEach((label, row) => {
      shares[row * K + label]! += 0.8;
    });
    const [full, tied] = [
      MAXIMIZE.full(sixFeatures(), shares, K, 1e-6),
      MAXIMIZE.tied(sixFeatures(), shares, K, 1e-6),
    ];
    const { steps } = mixtureReference;
    expect(largestDifference(full.precision(0).data, steps.full.precisions)).toBeLessThan(1e-12);
    expect(largestDifference(tied.precision().data, steps.tied.precisions)).toBeLessThan(1e-12);
  });
});

describe('FullMixture with many features', () => {
  // Components that overlap, are apart, and are so far apart that most of the work is left out.
  it.each([0, 1, 10, 1000])('leaves out only components that have no posterior, centres %i apart', apart => {
    const cols = 150;
    const k = 4;
    const x = randomMatrix(200, cols, 1);
    const means = zeros(k, cols);
    for (let component = 0; component < k; component++)
      means.data[component * cols + cols - 1 - component] = apart;
    for (let row = 0; row < x.rows; row++) x.data[row * cols + cols - 1 - (row % k)]! += apart;
    const mixture = new FullMixture(
      new Float64Array(k).fill(1 / k),
      means,
      new Array(k).fill(identity(cols)),
    );
    const joint = mixture.logJoint(x);
    const posteriors = mixture.predictProba(x);
    for (let i = 0; i < joint.data.length; i++) {
      const start = i - (i % k);
      const largest = Math.max(...joint.data.subarray(start, start + k));
      const sum = joint.data.subarray(start, start + k).reduce((a, b) => a + Math.exp(b - largest), 0);
      expect(posteriors.data[i]).toBeCloseTo(Math.exp(joint.data[i]! - largest) / sum, 12);
    }
  });

  it('refuses covariances of another shape or that are not positive definite', () => {
    const means = zeros(1, 2);
    const one = Float64Array.of(1);
    expect(() => new FullMixture(one, means, [identity(3)])).toThrow(/another shape/);
    expect(() => new FullMixture(one, means, [])).toThrow(/another shape/);
    expect(() => new FullMixture(one, means, [zeros(2, 2)])).toThrow(/not positive definite/);
    expect(() => new TiedMixture(one, means, identity(3))).toThrow(/another shape/);
    expect(() => new SphericalMixture(one, means, Float64Array.of(1, 1))).toThrow(/another shape/);
    expect(() => new SphericalMixture(one, means, Float64Array.of(0))).toThrow(/not above zero/);
  });
});
