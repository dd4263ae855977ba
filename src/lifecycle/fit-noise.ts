import { PlantsenseError } from '../errors.js';
import type { RowSource } from '../nn/training/row-source.js';
import type { Artefact } from './artefact.js';
import { fitMixtureNoise } from './fit-mixture-noise.js';
import type { FitNoiseOptions } from './fit-noise-options.js';
import { isDeepKind } from './noise-kind.js';
import type { NoiseTrainingSet } from './noise-training-set.js';
import type { OpenNoiseModel } from './open-noise-model.js';

export interface FittedNoise {
  /** What `saveModel` keeps. */
  readonly artefact: Artefact;
  /** To be disposed of after use. */
  readonly model: OpenNoiseModel;
}

/**
 * Fits a noise model of any kind. See `fitMixtureNoise` and `fitDeepNoise`.
 *
 * @param tensors spectrograms of the set, row by row, which networks learn from
 * @throws PlantsenseError TRAINING_DATA_INSUFFICIENT, MODEL_COLLAPSED, MATRIX_INVALID, PARAMETER_INVALID, and for networks
 *   as `fitDeepNoise`
 */
export async function fitNoise(
  set: NoiseTrainingSet,
  options: FitNoiseOptions,
  tensors: RowSource | null = null,
): Promise<FittedNoise> {
  const { kind } = options;
  if (!isDeepKind(kind)) return fitMixtureNoise(set, { ...options, kind }, tensors);
  if (!tensors)
    throw new PlantsenseError(
      'PARAMETER_INVALID',
      `A ${kind} model learns from spectrograms; there are none.`,
    );
  // TensorFlow.js takes a while to load, and mixtures don't need it.
  const { fitDeepNoise } = await import('./fit-deep-noise.js');
  return fitDeepNoise(set, { ...options, kind }, tensors);
}
