import type { Latents } from './conv-sdae/encoder.js';

/** Groups of latents and their centres. */
export interface LatentGroups {
  readonly labels: Int32Array;
  /** `[groups, latentDim]` */
  readonly clusterCenters: { readonly data: ArrayLike<number> };
}

/**
 * k-means, from which DEC and VaDE go on, with scikit-learn's parameters. It is handed in: the clustering room lies above
 * this one.
 */
export type LatentKMeans = (
  x: Latents,
  params: { readonly nClusters: number; readonly nInit: number; readonly randomState: number },
) => LatentGroups;

/** k-means starts, of which the best counts. */
export const K_MEANS_STARTS = 20;
