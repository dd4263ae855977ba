import { KMeans } from '../cluster/k-means.js';
import type { LatentKMeans } from '../nn/latent-k-means.js';

/** The clustering room's k-means, for networks that start from groups of latents. */
export const latentKMeans: LatentKMeans = (x, params) => new KMeans(params).fit(x);
