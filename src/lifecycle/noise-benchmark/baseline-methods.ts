/** What a baseline groups recordings in: see `baselineSpace`. */
export type BaselineSpace = 'pooled' | 'pca' | 'spectrogram';

interface Baseline {
  readonly space: BaselineSpace;
  readonly estimator: 'kmeans' | 'gmm';
}

/** Methods that train no network, by their names: those without a space in it are the paper's. */
export const BASELINES = {
  kmeans: { space: 'pooled', estimator: 'kmeans' },
  gmm: { space: 'pooled', estimator: 'gmm' },
  'pca+kmeans': { space: 'pca', estimator: 'kmeans' },
  'pca+gmm': { space: 'pca', estimator: 'gmm' },
  'spectrogram+kmeans': { space: 'spectrogram', estimator: 'kmeans' },
  'spectrogram+gmm': { space: 'spectrogram', estimator: 'gmm' },
} as const satisfies Readonly<Record<string, Baseline>>;

export type BaselineMethod = keyof typeof BASELINES;

export const BASELINE_METHODS = Object.keys(BASELINES) as readonly BaselineMethod[];

export function isBaseline(method: string): method is BaselineMethod {
  return Object.hasOwn(BASELINES, method);
}
