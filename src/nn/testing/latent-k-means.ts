import { KMeans } from '../../cluster/k-means.js';
import type { LatentKMeans } from '../latent-k-means.js';

/** The clustering room's, for tests. */
export const latentKMeans: LatentKMeans = (x, params) => new KMeans(params).fit(x);
