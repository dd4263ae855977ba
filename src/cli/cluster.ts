import type { Command } from 'commander';
import type { Clustering } from '../cluster/estimator.js';
import type { CovarianceType } from '../cluster/gaussian-mixture.js';
import type { Matrix } from '../cluster/matrix.js';
import { PlantsenseError } from '../errors.js';
import type { Cli } from './cli.js';
import { choice, decimalNumber, type JsonOption, newCommand, parsed, wholeNumber } from './new-command.js';

interface Flags extends JsonOption, Tuning {
  readonly algorithm: Algorithm;
  readonly k: number;
  readonly in: string;
  readonly out: string;
  readonly seed: number;
  readonly pca?: number;
}

/** What only some algorithms take. */
interface Tuning {
  readonly nInit?: number;
  readonly maxIter?: number;
  readonly batchSize?: number;
  readonly linkage?: 'ward' | 'complete' | 'average' | 'single';
  readonly affinity?: 'nearest_neighbors' | 'rbf';
  readonly nNeighbors?: number;
  readonly gamma?: number;
  readonly covarianceType?: CovarianceType;
  readonly regCovar?: number;
}

/** What each algorithm takes beside `--k`. */
const TAKES = {
  kmeans: ['nInit', 'maxIter'],
  'minibatch-kmeans': ['nInit', 'maxIter', 'batchSize'],
  agglomerative: ['linkage'],
  spectral: ['affinity', 'nNeighbors', 'gamma', 'nInit'],
  gmm: ['covarianceType', 'regCovar', 'nInit', 'maxIter'],
} as const satisfies Record<string, readonly (keyof Tuning)[]>;

type Algorithm = keyof typeof TAKES;

const ALGORITHMS = Object.keys(TAKES);

export function clusterCommand(cli: Cli): Command {
  const about = "Part the rows of an array into clusters, with scikit-learn's meaning and defaults.";
  return newCommand('cluster', about, 'cluster --algorithm kmeans --k 8 --in latents.npy --out labels.npy')
    .addOption(choice('--algorithm <name>', 'how', ALGORITHMS).makeOptionMandatory())
    .addOption(parsed('--k <clusters>', 'number of clusters', wholeNumber(1)).makeOptionMandatory())
    .requiredOption('--in <file>', 'the array (.npy), one row a sample')
    .requiredOption('--out <file>', 'where to write the label of each row, from 0 (.npy, int32)')
    .addOption(parsed('--seed <number>', 'the same seed gives the same labels', wholeNumber(0), '0'))
    .addOption(parsed('--pca <components>', 'cluster the first principal components', wholeNumber(1)))
    .addOption(
      parsed(
        '--n-init <runs>',
        'starts, of which the best counts (kmeans and spectral 10, minibatch-kmeans 3, gmm 1)',
        wholeNumber(1),
      ),
    )
    .addOption(parsed('--max-iter <count>', 'iterations of a start (kmeans 300, others 100)', wholeNumber(1)))
    .addOption(parsed('--batch-size <rows>', 'of minibatch-kmeans (1024)', wholeNumber(1)))
    .addOption(
      choice('--linkage <kind>', 'of agglomerative (ward)', ['ward', 'complete', 'average', 'single']),
    )
    .addOption(choice('--affinity <kind>', 'of spectral (nearest_neighbors)', ['nearest_neighbors', 'rbf']))
    .addOption(parsed('--n-neighbors <rows>', 'of spectral with nearest_neighbors (10)', wholeNumber(1)))
    .addOption(parsed('--gamma <number>', 'of spectral with rbf (1)', decimalNumber(Number.MIN_VALUE)))
    .addOption(choice('--covariance-type <kind>', 'of gmm (full)', ['full', 'tied', 'diag', 'spherical']))
    .addOption(parsed('--reg-covar <number>', 'added to the variances of gmm (1e-6)', decimalNumber(0)))
    .action(async (flags: Flags) => {
      const { algorithm, k, out, json } = flags;
      const tuning = tuningOf(flags);
      const { checkOutput } = await import('./check-output.js');
      const { readMatrix } = await import('./read-array.js');
      const { encodeNpy } = await import('../npy.js');
      const { writeBytes } = await import('../files.js');
      await checkOutput(out, [flags.in]);
      const x = await reduced(await readMatrix(flags.in), flags.pca);
      const fitted = await clusteringOf(x, flags, tuning);
      await writeBytes(out, encodeNpy(fitted.labels));
      const sizes = new Array<number>(k).fill(0);
      for (const label of fitted.labels) sizes[label]!++;
      if (json) {
        await cli.stdout.json({ out, algorithm, k, rows: x.rows, cols: x.cols, sizes, ...fitted.figures });
        return;
      }
      await cli.stdout.line(`${out}: ${x.rows} rows in clusters of ${sizes.join(', ')}`);
      for (const [name, value] of Object.entries(fitted.figures)) await cli.stdout.line(`${name}: ${value}`);
    });
}

/**
 * The options that only some algorithms take.
 * @throws PlantsenseError USAGE_INVALID for one that this algorithm doesn't take
 */
function tuningOf(flags: Flags): Tuning {
  const takes: readonly string[] = TAKES[flags.algorithm];
  const given = Object.entries(flags).filter(([name]) => isTuning(name));
  for (const [name] of given) {
    if (!takes.includes(name))
      throw new PlantsenseError(
        'USAGE_INVALID',
        `--${name.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)} is no option of ${flags.algorithm}.`,
      );
  }
  const { affinity = 'nearest_neighbors' } = flags;
  const other = affinity === 'rbf' ? 'n-neighbors' : 'gamma';
  if ((affinity === 'rbf' ? flags.nNeighbors : flags.gamma) !== undefined)
    throw new PlantsenseError('USAGE_INVALID', `--${other} is no option of spectral with ${affinity}.`);
  return Object.fromEntries(given);
}

function isTuning(name: string): boolean {
  return Object.values(TAKES).some(names => (names as readonly string[]).includes(name));
}

async function reduced(x: Matrix, components: number | undefined): Promise<Matrix> {
  if (components === undefined) return x;
  const { Pca } = await import('../cluster/pca.js');
  return new Pca({ nComponents: components }).fit(x).transform(x);
}

/** The labels, and what else the algorithm tells of its fit. */
async function clusteringOf(
  x: Matrix,
  { algorithm, k, seed }: Flags,
  tuning: Tuning,
): Promise<Clustering & { readonly figures: object }> {
  const params = { nClusters: k, randomState: seed, ...tuning };
  switch (algorithm) {
    case 'kmeans': {
      const { KMeans } = await import('../cluster/k-means.js');
      const { labels, inertia, nIter } = new KMeans(params).fit(x);
      return { labels, figures: { inertia, nIter } };
    }
    case 'minibatch-kmeans': {
      const { MiniBatchKMeans } = await import('../cluster/mini-batch-k-means.js');
      const { labels, inertia, nIter } = new MiniBatchKMeans(params).fit(x);
      return { labels, figures: { inertia, nIter } };
    }
    case 'agglomerative': {
      const { AgglomerativeClustering } = await import('../cluster/agglomerative-clustering.js');
      const { labels } = new AgglomerativeClustering({ nClusters: k, ...tuning }).fit(x);
      return { labels, figures: {} };
    }
    case 'spectral': {
      const { SpectralClustering } = await import('../cluster/spectral-clustering.js');
      const { labels } = new SpectralClustering(params).fit(x);
      return { labels, figures: {} };
    }
    case 'gmm': {
      const { GaussianMixture } = await import('../cluster/gaussian-mixture.js');
      const { labels, mixture, lowerBound, nIter, converged } = new GaussianMixture<CovarianceType>({
        nComponents: k,
        randomState: seed,
        ...tuning,
      }).fit(x);
      const [bic, aic] = [mixture.bic(x), mixture.aic(x)];
      return { labels, figures: { lowerBound, bic, aic, nIter, converged } };
    }
  }
}
