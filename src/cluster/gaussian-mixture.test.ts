import { describe, expect, it } from 'vitest';
import { Random } from '../random.js';
import { adjustedRandScore } from './adjusted-rand-score.js';
import { DiagonalMixture } from './diagonal-mixture.js';
import { COVARIANCE_TYPES, type CovarianceType, GaussianMixture } from './gaussian-mixture.js';
import { type Matrix, takeRows } from './matrix.js';
import { ESTIMATOR_CHECKS } from './testing/estimator-checks.js';
import { fromRows, type GoldenMatrix, goldenLabels, goldenMatrix, reference } from './testing/goldens.js';
import { mixtureReference } from './testing/mixture-goldens.js';
import { randomMatrix } from './testing/random-matrix.js';

function goldenMixture({ gmm, k }: GoldenMatrix): DiagonalMixture {
  const cols = gmm.means.length / k;
  return new DiagonalMixture(
    Float64Array.from(gmm.weights),
    { data: Float64Array.from(gmm.means), rows: k, cols },
    { data: Float64Array.from(gmm.covariances), rows: k, cols },
  );
}

describe('GaussianMixture', () => {
  describe.each(COVARIANCE_TYPES)('of covariance type %s', covarianceType => {
    it.each(ESTIMATOR_CHECKS)('$name', ({ check }) => {
      check((k, seed) => new GaussianMixture({ nComponents: k, covarianceType, randomState: seed }));
    });
  });

  it.each(reference.matrices)('is as good as ten starts of scikit-learn on $name', golden => {
    const x = goldenMatrix(golden.name);
    const fitted = new GaussianMixture({ nComponents: golden.k, covarianceType: 'diag', nInit: 10 }).fit(x);
    // Log-likelihoods are negative: a ratio below 1 is better.
    expect(fitted.mixture.score(x) / golden.gmm.score).toBeLessThan(1.01);
    expect(fitted.converged).toBe(true);
    const ari = adjustedRandScore(fitted.labels, goldenLabels(`${golden.name}.truth`));
    expect(ari).toBeGreaterThan(golden.gmm.ari - 0.05);
  });

  it('raises the likelihood with every iteration', () => {
    const x = goldenMatrix('overlapping');
    let before = Number.NEGATIVE_INFINITY;
    for (let maxIter = 1; maxIter < 12; maxIter++) {
      const { mixture } = new GaussianMixture({
        nComponents: 7,
        covarianceType: 'diag',
        maxIter,
        tol: 0,
      }).fit(x);
      const score = mixture.score(x);
      expect(score).toBeGreaterThanOrEqual(before - 1e-9);
      before = score;
    }
  });

  it('does not lose the variance of features far from zero', () => {
    const x = fromRows(Array.from({ length: 40 }, (_, i) => [1e9 + (i % 4), 1e9 - (i % 3)]));
    const { mixture } = new GaussianMixture({ nComponents: 1, covarianceType: 'diag' }).fit(x);
    expect(mixture.covariances.data[0]).toBeCloseTo(1.25 + 1e-6, 5);
  });

  it('refuses a single row, as scikit-learn', () => {
    expect(() => new GaussianMixture({ nComponents: 1 }).fit(fromRows([[1, 2]]))).toThrow(/2 rows/);
  });

  it.each(mixtureReference.fits)(
    'is as likely as the best of ten starts of scikit-learn on $name, $covarianceType',
    ({ name, k, covarianceType, lowerBound }) => {
      const fitted = new GaussianMixture({ nComponents: k, covarianceType, nInit: 10 }).fit(
        goldenMatrix(name),
      );
      expect(fitted.lowerBound).toBeGreaterThan(lowerBound - 0.01 * Math.abs(lowerBound));
      expect(fitted.converged).toBe(true);
    },
  );

  it.each(COVARIANCE_TYPES)('gives the rows in another order the same components, %s', covarianceType => {
    const x = goldenMatrix('blobs');
    const order = new Random(4).shuffle(Int32Array.from({ length: x.rows }, (_, row) => row));
    const clusters5 = (rows: Matrix) =>
      new GaussianMixture({ nComponents: 5, covarianceType, nInit: 3 }).fit(rows);
    const fitted = clusters5(x);
    const shuffled = clusters5(takeRows(x, order));
    expect(shuffled.lowerBound).toBeCloseTo(fitted.lowerBound, 6);
    expect(
      adjustedRandScore(
        shuffled.labels,
        order.map(row => fitted.labels[row]!),
      ),
    ).toBe(1);
  });

  it.each(COVARIANCE_TYPES)('gives posteriors that sum to 1, for rows near and far, %s', covarianceType => {
    const fitted = new GaussianMixture({ nComponents: 7, covarianceType }).fit(goldenMatrix('overlapping'));
    for (const factor of [0, 1, 100, 1e8]) {
      const rows = takeRows(goldenMatrix('overlapping'), [0, 1, 2, 3, 4]);
      const scaled = { ...rows, data: rows.data.map(value => value * factor) };
      const { data } = fitted.predictProba(scaled);
      for (let row = 0; row < 5; row++)
        expect(data.subarray(row * 7, (row + 1) * 7).reduce((a, b) => a + b)).toBeCloseTo(1, 12);
      expect(fitted.scoreSamples(scaled).every(Number.isFinite)).toBe(true);
    }
  });

  it('fits more features than a component has rows, as scikit-learn does by regCovar', () => {
    const x = randomMatrix(60, 150, 1);
    const fitted = new GaussianMixture({ nComponents: 3 }).fit(x);
    expect(Number.isFinite(fitted.lowerBound)).toBe(true);
    expect(new Set(fitted.labels).size).toBe(3);
  });

  it.each(['full', 'tied'] as const)('says which covariance can not be inverted, %s', covarianceType => {
    const x = fromRows(Array.from({ length: 20 }, (_, i) => [i % 5, 2 * (i % 5), i % 2]));
    expect(() => new GaussianMixture({ nComponents: 2, covarianceType, regCovar: 0 }).fit(x)).toThrow(
      expect.objectContaining({
        code: 'MIXTURE_ILL_DEFINED',
        message: expect.stringMatching(/not positive definite/),
      }),
    );
  });

  it('refuses a covariance type that it does not know', () => {
    const covarianceType = 'round' as CovarianceType;
    expect(() => new GaussianMixture({ nComponents: 2, covarianceType })).toThrow(
      /full, tied, diag, spherical/,
    );
  });
});

describe('DiagonalMixture', () => {
  it.each(reference.matrices)('gives the densities of scikit-learn on $name', golden => {
    const x = goldenMatrix(golden.name);
    const mixture = goldenMixture(golden);
    const first = takeRows(x, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expectClose(mixture.scoreSamples(first), golden.gmm.scoreSamples, 1e-10);
    expectClose(mixture.predictProba(first).data, golden.gmm.predictProba, 1e-8);
    expect(mixture.score(x) / golden.gmm.score).toBeCloseTo(1, 10);
    expect(mixture.bic(x) / golden.gmm.bic).toBeCloseTo(1, 10);
  });

  it('gives finite answers for a row that no component could have made', () => {
    const mixture = goldenMixture(reference.matrices[0]!);
    const far = { data: new Float64Array(16).fill(1e8), rows: 1, cols: 16 };
    const [likelihood] = mixture.scoreSamples(far);
    expect(likelihood).toBeLessThan(-1e10);
    expect(Number.isFinite(likelihood)).toBe(true);
    const sum = mixture.predictProba(far).data.reduce((a, b) => a + b);
    expect(sum).toBeCloseTo(1, 12);
  });

  it.each(COVARIANCE_TYPES)(
    'says MIXTURE_ILL_DEFINED of rows at one place without regCovar, %s',
    covarianceType => {
      const x = fromRows([0, 0, 1, 1].map(value => [value, value]));
      const estimator = new GaussianMixture({ nComponents: 2, covarianceType, regCovar: 0 });
      expect(() => estimator.fit(x)).toThrow(expect.objectContaining({ code: 'MIXTURE_ILL_DEFINED' }));
    },
  );

  it('refuses weights or variances that are not above zero', () => {
    const means = fromRows([[0], [1]]);
    const ones = fromRows([[1], [1]]);
    const half = Float64Array.of(0.5, 0.5);
    expect(() => new DiagonalMixture(half, means, fromRows([[1], [0]]))).toThrow(/not above zero/);
    expect(() => new DiagonalMixture(Float64Array.of(1, 0), means, ones)).toThrow(/not above zero/);
    expect(() => new DiagonalMixture(Float64Array.of(1), means, ones)).toThrow(/different shapes/);
  });
});

function expectClose(actual: ArrayLike<number>, expected: readonly number[], relative: number): void {
  expect(actual.length).toBe(expected.length);
  expected.forEach((value, i) => {
    expect(Math.abs(actual[i]! - value)).toBeLessThanOrEqual(relative * Math.max(Math.abs(value), 1e-6));
  });
}
