import { adjustedRandScore } from '../../dist/cluster/adjusted-rand-score.js';
import { AgglomerativeClustering } from '../../dist/cluster/agglomerative-clustering.js';
import { GaussianMixture } from '../../dist/cluster/gaussian-mixture.js';
import { KMeans } from '../../dist/cluster/k-means.js';
import { MiniBatchKMeans } from '../../dist/cluster/mini-batch-k-means.js';
import { Pca } from '../../dist/cluster/pca.js';
import { silhouetteSamples } from '../../dist/cluster/silhouette-score.js';
import { SpectralClustering } from '../../dist/cluster/spectral-clustering.js';
import { median } from '../measure.mjs';

const K = 10;

/**
 * Steps of expectation-maximization, the same on both sides: how many a fit needs is a matter of where it happens to
 * start, between 2 and 30 on these data for both.
 */
const STEPS = 5;

/**
 * What is compared. `ours` gives what `check` looks at beside the peer's answer, one pair for each round; `ask` is the
 * question to the peer. What is only told doesn't count for the budget.
 */
export const CASES = [
  ...['1000x512', '10000x64'].flatMap(data => [
    {
      name: `kmeans ${data}`,
      data,
      ours: ({ x }, seed) => new KMeans({ nClusters: K, randomState: seed }).fit(x),
      check: noWorse('inertia', 0.01),
      ask: { what: 'kmeans', k: K },
    },
    ...['full', 'tied', 'diag', 'spherical'].map(covarianceType => ({
      name: `gmm-${covarianceType} ${data}`,
      data,
      ours: ({ x }, seed) =>
        new GaussianMixture({
          nComponents: K,
          covarianceType,
          maxIter: STEPS,
          tol: 0,
          randomState: seed,
        }).fit(x),
      check: noLessLikely,
      ask: { what: 'gmm', k: K, covarianceType, steps: STEPS },
    })),
    {
      name: `pca ${data}`,
      data,
      ours: ({ x }) => {
        const fitted = new Pca({ nComponents: 10 }).fit(x);
        return { ...fitted, values: fitted.transform(x).data };
      },
      check: equalValues(1e-6),
      ask: { what: 'pca', k: 10 },
    },
    {
      name: `silhouette ${data}`,
      data,
      ours: ({ x, labels }) => ({ values: silhouetteSamples(x, labels) }),
      check: equalValues(1e-9),
      ask: { what: 'silhouette' },
      // The long rows are one product of matrices and next to nothing else, for which NumPy has vectors four times as long
      // as WebAssembly's, and fused multiplications.
      isToldOnly: data === '1000x512',
    },
  ]),
  {
    name: 'minibatch-kmeans 1000x512',
    data: '1000x512',
    ours: ({ x }, seed) => new MiniBatchKMeans({ nClusters: K, nInit: 3, randomState: seed }).fit(x),
    check: noWorse('inertia', 0.03),
    ask: { what: 'minibatch-kmeans', k: K },
  },
  ...['ward', 'complete', 'average', 'single'].map(linkage => ({
    name: `agglomerative-${linkage} 1000x512`,
    data: '1000x512',
    ours: ({ x }) => new AgglomerativeClustering({ nClusters: K, linkage }).fit(x),
    check: sameLabels(1),
    ask: { what: 'agglomerative', k: K, linkage },
  })),
  {
    name: 'spectral 1000x512',
    data: '1000x512',
    ours: ({ x }, seed) =>
      new SpectralClustering({
        nClusters: K,
        affinity: 'nearest_neighbors',
        nNeighbors: 10,
        randomState: seed,
      }).fit(x),
    check: sameLabels(0.95),
    ask: { what: 'spectral', k: K },
  },
];

/** The median over the rounds may be worse than the peer's by that share. */
function noWorse(key, share) {
  return outcomes => {
    const relative =
      median(outcomes.map(({ mine }) => mine[key])) / median(outcomes.map(({ theirs }) => theirs[key]));
    const iterations = side => median(outcomes.map(outcome => outcome[side].nIter ?? 0));
    return {
      passed: relative <= 1 + share,
      told: {
        [`${key}Ratio`]: Number(relative.toPrecision(5)),
        nIter: [iterations('mine'), iterations('theirs')],
      },
    };
  };
}

function noLessLikely(outcomes) {
  const ours = median(outcomes.map(({ mine }) => mine.lowerBound));
  const peer = median(outcomes.map(({ theirs }) => theirs.lowerBound));
  const iterations = side => median(outcomes.map(outcome => outcome[side].nIter));
  return {
    passed: ours >= peer - 0.01 * Math.abs(peer),
    told: {
      logLikelihood: [ours, peer].map(value => Number(value.toPrecision(5))),
      nIter: [iterations('mine'), iterations('theirs')],
    },
  };
}

function sameLabels(leastAri) {
  return outcomes => {
    const ari = median(outcomes.map(({ mine, theirs }) => adjustedRandScore(mine.labels, theirs.values)));
    return { passed: ari >= leastAri, told: { ari: Number(ari.toPrecision(4)) } };
  };
}

/** Relative to the largest value. */
function equalValues(tolerance) {
  return outcomes => {
    const { mine, theirs } = outcomes[0];
    let largest = 0;
    let difference = mine.values.length === theirs.values.length ? 0 : Number.POSITIVE_INFINITY;
    theirs.values.forEach((value, i) => {
      largest = Math.max(largest, Math.abs(value));
      difference = Math.max(difference, Math.abs(value - mine.values[i]));
    });
    const relative = difference / largest;
    return { passed: relative <= tolerance, told: { difference: Number(relative.toPrecision(2)) } };
  };
}
