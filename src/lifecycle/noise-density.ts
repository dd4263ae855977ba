import { DiagonalMixture } from '../cluster/diagonal-mixture.js';
import { GaussianMixture } from '../cluster/gaussian-mixture.js';
import { KMeans } from '../cluster/k-means.js';
import { type Matrix, takeRows } from '../cluster/matrix.js';
import { sphericalMixture } from '../cluster/spherical-mixture.js';
import type { MixtureKind } from './noise-kind.js';

export interface DensityParams {
  readonly kind: MixtureKind;
  readonly k: number;
  /** Least variance of a feature. */
  readonly regCovar: number;
  /** Starts, of which the best counts. */
  readonly nInit: number;
  readonly randomState: number;
}

/** The density of a kind of model with k groups. */
export function fitNoiseDensity(x: Matrix, params: DensityParams): DiagonalMixture {
  const { kind, k, regCovar, nInit, randomState } = params;
  if (kind === 'gmm')
    return new GaussianMixture({ nComponents: k, covarianceType: 'diag', regCovar, nInit, randomState }).fit(
      x,
    ).mixture;
  return sphericalMixture(x, new KMeans({ nClusters: k, nInit, randomState }).fit(x), regCovar);
}

export interface OccupiedMixture {
  readonly mixture: DiagonalMixture;
  /** Component of each row. */
  readonly labels: Int32Array;
  /** Rows of each component, none of them 0. */
  readonly sizes: Float64Array;
}

/** A mixture without the components that are the most probable one of no row. */
export function occupiedComponents(mixture: DiagonalMixture, x: Matrix): OccupiedMixture {
  const all = mixture.predict(x);
  const counts = new Float64Array(mixture.nComponents);
  for (const label of all) counts[label]!++;
  const kept = Int32Array.from(counts.keys()).filter(component => counts[component]! > 0);
  const numbers = new Map([...kept].map((component, i) => [component, i]));
  return {
    mixture: selectComponents(mixture, kept),
    labels: all.map(label => numbers.get(label)!),
    sizes: counts.filter(count => count > 0),
  };
}

/** A mixture of some of the components, in this order. */
export function selectComponents(mixture: DiagonalMixture, components: Int32Array): DiagonalMixture {
  const weight = components.reduce((sum, component) => sum + mixture.weights[component]!, 0);
  return new DiagonalMixture(
    Float64Array.from(components, component => mixture.weights[component]! / weight),
    takeRows(mixture.means, components),
    takeRows(mixture.covariances, components),
  );
}
