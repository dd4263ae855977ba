import type { Matrix } from '../cluster/matrix.js';
import type { FeatureOptions } from './feature-set.js';
import type { ModelCard } from './model-card.js';

/** Spectrograms of a training set in a file: more than memory may hold. */
export interface StoredTensors {
  /** Of a .npy file, `[places, bands, frames]`. */
  readonly path: string;
  /** The place in the file of each row of the set. */
  readonly places: Int32Array;
}

/** Events as `fitNoise` takes them. */
export interface NoiseTrainingSet {
  /** Pooled features, `[events, 2 bands]`. */
  readonly rows: Matrix;
  /** The spectrograms, which networks learn from; null when they were not kept. */
  readonly tensors: StoredTensors | null;
  readonly bands: number;
  readonly frames: number;
  readonly featureSet: string;
  readonly featureOptions: FeatureOptions;
  /** Event times of the oldest and the newest event. */
  readonly fromUs: number;
  readonly toUs: number;
  /** How far the topic's partitions had been read; empty for files. */
  readonly seen: ModelCard['data']['seen'];
}
