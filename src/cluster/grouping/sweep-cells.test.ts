import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PlantsenseError } from '../../errors.js';
import { adjustedRandScore } from '../adjusted-rand-score.js';
import { AgglomerativeClustering } from '../agglomerative-clustering.js';
import { cScore } from '../c-score/c-score.js';
import { entropy } from '../entropy.js';
import { GaussianMixture } from '../gaussian-mixture.js';
import { KMeans } from '../k-means.js';
import { type Matrix, takeRows, zeros } from '../matrix.js';
import { MiniBatchKMeans } from '../mini-batch-k-means.js';
import { sameClustering } from '../same-clustering.js';
import { silhouetteScore } from '../silhouette-score.js';
import { SpectralClustering } from '../spectral-clustering.js';
import { arbitraryMatrix } from '../testing/arbitrary-matrix.js';
import { clusterings } from '../testing/clustering-goldens.js';
import { fromRows, goldenLabels, goldenMatrix } from '../testing/goldens.js';
import { type Cell, cellKey, isFitted } from './cell.js';
import { GROUPING_ALGORITHMS, type GroupingAlgorithm } from './grouping-algorithm.js';
import { mixtureLabeller } from './mixture-labeller.js';
import { sweepCells } from './sweep-cells.js';
import type { SweepOptions } from './sweep-options.js';
import { turnedFeatures } from './turned-features.js';

const blobs = goldenMatrix('blobs');
const truth = goldenLabels('blobs.truth');

const sweep = (x: Matrix, options: SweepOptions = {}): Cell[] => [...sweepCells(x, options)];

const codeOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    if (error instanceof PlantsenseError) return error.code;
    throw error;
  }
  return 'none';
};

/** More features than rows, so that mixtures go by inner products. */
function wideGroups(): Matrix {
  const x = zeros(90, 64);
  const source = goldenMatrix('overlapping');
  for (let i = 0; i < x.data.length; i++)
    x.data[i] = source.data[i]! + (i % 64 === (Math.floor(i / 64) % 3) * 7 ? 9 : 0);
  return x;
}

describe('sweepCells', () => {
  const cells = sweep(blobs, { kMax: 7, nearLabels: truth });

  it('gives a cell for each algorithm and number of groups, in order', () => {
    const keys = GROUPING_ALGORITHMS.flatMap(algorithm => [2, 3, 4, 5, 6, 7].map(k => `${algorithm}/${k}`));
    expect(cells.map(cellKey)).toEqual(keys);
  });

  it('finds the blobs by every algorithm', () => {
    for (const cell of cells.filter(({ k }) => k === 5))
      expect(adjustedRandScore(cell.labels!, truth)).toBeGreaterThan(0.99);
  });

  it('judges each cell as the indices do', () => {
    for (const cell of cells.filter(isFitted)) {
      expect(cell.entropy).toBe(entropy(cell.labels));
      expect(cell.silhouette).toBeCloseTo(silhouetteScore(blobs, cell.labels), 9);
      expect(cell.cScore).toEqual(cScore(truth, cell.labels));
      const sizes = Array.from({ length: cell.groups }, (_, g) => cell.labels.filter(l => l === g).length);
      expect([Math.min(...sizes), Math.max(...sizes)]).toEqual([cell.smallest, cell.largest]);
    }
  });

  it.each(clusterings.agglomerative.filter(({ linkage }) => linkage === 'ward'))(
    'cuts $name by ward as scikit-learn',
    ({ name, k, labels }) => {
      const x = goldenMatrix(name);
      const [cell] = sweep(x, { algorithms: ['agglomerative'], kMin: k, kMax: k });
      expect(sameClustering(cell!.labels!, Int32Array.from(labels))).toBe(true);
    },
  );

  it.each([
    ['blobs', blobs],
    ['more features than rows', wideGroups()],
  ])('parts %s as the estimators do, which share nothing', (_, x) => {
    const turned = turnedFeatures(x, null);
    const alone: Record<GroupingAlgorithm, (k: number) => Int32Array> = {
      kmeans: k => new KMeans({ nClusters: k }).fit(turned).labels,
      agglomerative: k => new AgglomerativeClustering({ nClusters: k }).fit(turned).labels,
      'minibatch-kmeans': k => new MiniBatchKMeans({ nClusters: k }).fit(turned).labels,
      spectral: k => new SpectralClustering({ nClusters: k }).fit(turned).labels,
      gmm: k => new GaussianMixture({ nComponents: k }).fit(turned).labels,
    };
    for (const { algorithm, k, labels } of sweep(x, { kMax: 6 }))
      expect(sameClustering(labels!, alone[algorithm](k)), `${algorithm} ${k}`).toBe(true);
  });

  it('gives a cell the same whatever is computed beside it', () => {
    const known = new Set(cells.filter((_, i) => i % 3 !== 0).map(cellKey));
    const rest = sweep(blobs, { kMax: 7, nearLabels: truth, known });
    expect(rest).toEqual(cells.filter((_, i) => i % 3 === 0));
    expect(sweep(blobs, { kMax: 7, known: new Set(cells.map(cellKey)) })).toEqual([]);
  });

  it('gives the same bits for the same seed, from 32-bit and 64-bit floats', () => {
    const wide = { ...blobs, data: Float64Array.from(blobs.data) };
    expect(sweep(wide, { kMax: 4 })).toEqual(sweep(blobs, { kMax: 4 }));
  });

  it('sees rows through as few components as it is told', () => {
    const [narrow] = sweep(blobs, { algorithms: ['kmeans'], kMin: 5, kMax: 5, pcaComponents: 1 });
    const [all] = sweep(blobs, { algorithms: ['kmeans'], kMin: 5, kMax: 5, pcaComponents: 999 });
    expect(narrow!.silhouette).not.toBeCloseTo(all!.silhouette!, 3);
    expect(all!.silhouette).toBeCloseTo(silhouetteScore(blobs, truth), 9);
  });

  it('makes one giant group of features that gamma 1 sees no likeness in, when asked', () => {
    const x = { ...blobs, data: blobs.data.map(value => 50 * value) };
    const [cell] = sweep(x, { algorithms: ['spectral'], kMin: 5, kMax: 5, affinity: 'rbf', gamma: 1 });
    const isUseless = cell!.failure !== null || cell!.largest > 0.9 * x.rows;
    expect(isUseless).toBe(true);
  });

  it('reports cells that cannot be fitted, and goes on', () => {
    const few = takeRows(blobs, [0, 1, 2, 3, 4, 5]);
    const failed = sweep(few, { kMax: 8 }).filter(cell => cell.failure);
    expect(failed.length).toBeGreaterThanOrEqual(15);
    for (const { k, failure, labels } of failed.filter(cell => cell.k > 6)) {
      expect(labels).toBeNull();
      expect(failure).toMatchObject({ code: 'PARAMETER_INVALID' });
      expect(failure!.message).toContain(`${k}`);
    }
    // Six groups of six rows can be made, but not judged.
    expect(failed.some(({ k, failure }) => k === 6 && /index is defined/.test(failure!.message))).toBe(true);
  });

  it('reports a mixture that is not defined', () => {
    // The mean is so large that the added variance of 1e-6 is lost in rounding.
    const far = { ...blobs, data: Float64Array.from(blobs.data, (value, i) => 1e7 * value * (1 + (i % 3))) };
    const cells = sweep(far, { algorithms: ['gmm'], kMin: 150, kMax: 151 });
    for (const { failure } of cells) expect(failure?.code).toBe('MIXTURE_ILL_DEFINED');
  });

  it('names memory as the reason where full covariances would take all of it', () => {
    const large = { data: new Float32Array(8200 * 1000), rows: 8200, cols: 1000 };
    expect(() => mixtureLabeller(large, 0)(50)).toThrow(
      /takes 2.2 GB of memory.* fewer principal components/,
    );
    expect(codeOf(() => mixtureLabeller(large, 0)(50))).toBe('MATRIX_INVALID');
  });

  it('survives rows that come many times over', () => {
    const twice = takeRows(
      blobs,
      Array.from({ length: 60 }, (_, i) => (i % 6) * 100),
    );
    for (const cell of sweep(twice, { kMax: 8 })) {
      if (cell.k <= 6 && cell.algorithm === 'kmeans') expect(cell.groups).toBe(cell.k);
      if (isFitted(cell)) expect(Number.isFinite(cell.silhouette)).toBe(true);
    }
  });

  it('holds its figures within their bounds for any small matrix', () => {
    fc.assert(
      fc.property(arbitraryMatrix(4, 16), x => {
        let all: Cell[];
        try {
          all = sweep(x, { kMax: 5, nInit: 2, nearLabels: Array.from({ length: x.rows }, (_, i) => i % 2) });
        } catch (error) {
          expect(error).toMatchObject({ code: 'MATRIX_INVALID' });
          return;
        }
        for (const cell of all.filter(isFitted)) {
          expect(cell.labels.length).toBe(x.rows);
          expect(new Set(cell.labels).size).toBe(cell.groups);
          expect(cell.groups).toBeLessThanOrEqual(cell.k);
          expect(cell.entropy).toBeLessThanOrEqual(Math.log2(cell.groups) + 1e-12);
          expect(Math.abs(cell.silhouette)).toBeLessThanOrEqual(1 + 1e-12);
          expect(cell.smallest * cell.groups).toBeLessThanOrEqual(x.rows);
          expect(cell.largest * cell.groups).toBeGreaterThanOrEqual(x.rows);
        }
      }),
      { numRuns: 15 },
    );
  });

  it('refuses what no cell could use', () => {
    const constant = { data: new Float64Array(40).fill(2), rows: 10, cols: 4 };
    expect(codeOf(() => sweep(constant))).toBe('MATRIX_INVALID');
    expect(() => sweep(constant)).toThrow(/rows are equal/);
    expect(codeOf(() => sweep(fromRows([[1, 2]])))).toBe('PARAMETER_INVALID');
    expect(() => sweep(takeRows(blobs, [0, 1, 2]), { kMin: 3 })).toThrow(/takes 4 rows at least/);
    expect(codeOf(() => sweep(fromRows([[1], [Number.NaN], [3]])))).toBe('MATRIX_INVALID');
    expect(() => sweep(blobs, { kMin: 5, kMax: 4 })).toThrow(/kMax/);
    expect(() => sweep(blobs, { kMin: 1 })).toThrow(/kMin/);
    expect(() => sweep(blobs, { algorithms: ['dbscan' as 'gmm'] })).toThrow(/algorithms/);
    expect(() => sweep(blobs, { nearLabels: [1, 2] })).toThrow(/2 near-labels for 600 rows/);
  });
});
