import { readFileSync } from 'node:fs';
import type { Linkage } from '../agglomerative-clustering.js';
import type { Matrix } from '../matrix.js';
import { fromRows, goldenMatrix } from './goldens.js';

interface Labelled {
  readonly name: string;
  readonly k: number;
  readonly labels: readonly number[];
}

/** What scikit-learn gives, from `test/goldens/cluster/make_clustering_goldens.py`. */
interface Clusterings {
  readonly agglomerative: readonly (Labelled & { readonly linkage: Linkage })[];
  readonly ties: readonly {
    readonly x: readonly (readonly number[])[];
    readonly k: number;
    readonly linkage: Linkage;
    readonly labels: readonly number[];
    readonly children: readonly number[];
    readonly distances: readonly number[];
  }[];
  readonly threshold: {
    readonly distanceThreshold: number;
    readonly nClusters: number;
    readonly labels: readonly number[];
  };
  readonly moons: { readonly x: readonly (readonly number[])[]; readonly truth: readonly number[] };
  readonly spectral: readonly (Labelled & {
    readonly affinity: 'nearest_neighbors' | 'rbf';
    readonly gamma: number;
  })[];
  readonly partialFit: {
    readonly steps: readonly { readonly inertia: number; readonly counts: readonly number[] }[];
    readonly clusterCenters: readonly number[];
  };
  readonly miniBatch: readonly {
    readonly name: string;
    readonly k: number;
    readonly batchSize: number;
    readonly inertia: readonly number[];
  }[];
}

const file = new URL('../../../test/goldens/cluster/clusterings.json', import.meta.url);

export const clusterings = JSON.parse(readFileSync(file, 'utf8')) as Clusterings;

/** A matrix of the goldens by its name there. */
export function clusteringMatrix(name: string): Matrix {
  return name === 'moons' ? fromRows(clusterings.moons.x) : goldenMatrix(name);
}
