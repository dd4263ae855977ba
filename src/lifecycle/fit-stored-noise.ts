import { NpySource } from '../nn/training/npy-source.js';
import { selectRows } from '../nn/training/row-source.js';
import { type FittedNoise, fitNoise } from './fit-noise.js';
import type { FitNoiseOptions } from './fit-noise-options.js';
import type { NoiseTrainingSet } from './noise-training-set.js';

/**
 * Fits a model to the events of a set, with the spectrograms where the set has kept them.
 * @throws PlantsenseError as `fitNoise`; FILE_NOT_FOUND, NPY_INVALID when the spectrograms can't be read
 */
export async function fitStoredNoise(set: NoiseTrainingSet, options: FitNoiseOptions): Promise<FittedNoise> {
  if (!set.tensors) return fitNoise(set, options);
  const file = await NpySource.open(set.tensors.path);
  try {
    return await fitNoise(set, options, selectRows(file, set.tensors.places));
  } finally {
    await file.close();
  }
}
