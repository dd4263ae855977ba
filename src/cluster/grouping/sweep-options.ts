import { checkInteger, checkNotNegative, checkOneOf } from '../parameters.js';
import { AFFINITIES } from '../spectral-clustering.js';
import { GROUPING_ALGORITHMS, type GroupingAlgorithm } from './grouping-algorithm.js';

/** What a sweep tries, and how. Defaults are scikit-learn's where it has the parameter. */
export interface SweepOptions {
  /** Default all five. */
  readonly algorithms?: readonly GroupingAlgorithm[];
  /** Fewest and most groups. Default 2 and 50, as the paper. */
  readonly kMin?: number;
  readonly kMax?: number;
  /**
   * Principal components that the features are turned to first. Default min(rows, features), which is a rotation and
   * changes no distance; more than that is taken as that.
   */
  readonly pcaComponents?: number | null;
  /** Starts of k-means (and of k-means within spectral clustering). Default 10; mixtures and mini-batches have their own. */
  readonly nInit?: number;
  /** Of spectral clustering. Default nearest_neighbors: see `SpectralClustering`, also for `gamma`, default 1, of rbf. */
  readonly affinity?: (typeof AFFINITIES)[number];
  readonly gamma?: number;
  readonly nNeighbors?: number;
  /** Seed. Every cell starts from it, so that a cell doesn't depend on which others are computed. Default 0. */
  readonly randomState?: number;
  /** Near-label of each row, -1 for none; null: there are none. */
  readonly nearLabels?: ArrayLike<number> | null;
  /** Keys (`cellKey`) of cells that are known already and left out. */
  readonly known?: ReadonlySet<string>;
}

/** All options, with their defaults. */
export type FullSweepOptions = Required<SweepOptions>;

/** @throws PlantsenseError PARAMETER_INVALID */
export function fullSweepOptions(options: SweepOptions = {}): FullSweepOptions {
  const full: FullSweepOptions = {
    algorithms: GROUPING_ALGORITHMS,
    kMin: 2,
    kMax: 50,
    pcaComponents: null,
    nInit: 10,
    affinity: 'nearest_neighbors',
    gamma: 1,
    nNeighbors: 10,
    randomState: 0,
    nearLabels: null,
    known: new Set(),
    ...options,
  };
  for (const algorithm of full.algorithms) checkOneOf('algorithms', algorithm, GROUPING_ALGORITHMS);
  checkInteger('kMin', full.kMin, 2);
  checkInteger('kMax', full.kMax, full.kMin);
  if (full.pcaComponents !== null) checkInteger('pcaComponents', full.pcaComponents, 1);
  checkInteger('nInit', full.nInit, 1);
  checkOneOf('affinity', full.affinity, AFFINITIES);
  checkNotNegative('gamma', full.gamma);
  checkInteger('nNeighbors', full.nNeighbors, 1);
  return full;
}

/** The cells of a sweep, algorithm by algorithm, k rising. */
export function cellsOf({
  algorithms,
  kMin,
  kMax,
}: FullSweepOptions): { algorithm: GroupingAlgorithm; k: number }[] {
  const ks = Array.from({ length: kMax - kMin + 1 }, (_, i) => kMin + i);
  return algorithms.flatMap(algorithm => ks.map(k => ({ algorithm, k })));
}
