import { describe, expect, it } from 'vitest';
import { adjustedRandScore } from './adjusted-rand-score.js';
import { DiagonalMixture } from './diagonal-mixture.js';
import { GaussianMixture } from './gaussian-mixture.js';
import { takeRows } from './matrix.js';
import { ESTIMATOR_CHECKS } from './testing/estimator-checks.js';
import { fromRows, type GoldenMatrix, goldenLabels, goldenMatrix, reference } from './testing/goldens.js';

function goldenMixture({ gmm, k }: GoldenMatrix): DiagonalMixture {
  const cols = gmm.means.length / k;
  return new DiagonalMixture(
    Float64Array.from(gmm.weights),
    { data: Float64Array.from(gmm.means), rows: k, cols },
    { data: Float64Array.from(gmm.covariances), rows: k, cols },
  );
}

describe('GaussianMixture', () => {
  it.each(ESTIMATOR_CHECKS)('$name', ({ check }) => {
    check((k, seed) => new GaussianMixture({ nComponents: k, randomState: seed }));
  });

  it.each(reference.matrices)('is as good as ten starts of scikit-learn on $name', golden => {
    const x = goldenMatrix(golden.name);
    const fitted = new GaussianMixture({ nComponents: golden.k, nInit: 10 }).fit(x);
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
      const { mixture } = new GaussianMixture({ nComponents: 7, maxIter, tol: 0 }).fit(x);
      const score = mixture.score(x);
      expect(score).toBeGreaterThanOrEqual(before - 1e-9);
      before = score;
    }
  });

  it('does not lose the variance of features far from zero', () => {
    const x = fromRows(Array.from({ length: 40 }, (_, i) => [1e9 + (i % 4), 1e9 - (i % 3)]));
    const { mixture } = new GaussianMixture({ nComponents: 1 }).fit(x);
    expect(mixture.covariances.data[0]).toBeCloseTo(1.25 + 1e-6, 5);
  });

  it('refuses a single row, as scikit-learn', () => {
    expect(() => new GaussianMixture({ nComponents: 1 }).fit(fromRows([[1, 2]]))).toThrow(/2 rows/);
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

  it('refuses weights or variances that are not above zero', () => {
    const means = fromRows([[0], [1]]);
    const ones = fromRows([[1], [1]]);
    const half = Float64Array.of(0.5, 0.5);
    expect(() => new DiagonalMixture(half, means, fromRows([[1], [0]]))).toThrow(/not above zero/);
    expect(() => new DiagonalMixture(Float64Array.of(1, 0), means, ones)).toThrow(/not above zero/);
    expect(() => new DiagonalMixture(Float64Array.of(1), means, ones)).toThrow(/differ in shape/);
  });
});

function expectClose(actual: ArrayLike<number>, expected: readonly number[], relative: number): void {
  expect(actual.length).toBe(expected.length);
  expected.forEach((value, i) => {
    expect(Math.abs(actual[i]! - value)).toBeLessThanOrEqual(relative * Math.max(Math.abs(value), 1e-6));
  });
}
