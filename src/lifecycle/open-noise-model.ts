import type { Artefact } from './artefact.js';
import type { DeepNoiseModel } from './deep-noise-model.js';
import { MixtureNoiseModel } from './mixture-noise-model.js';
import { isDeepKind } from './noise-kind.js';

/** A noise model of any kind. */
export type OpenNoiseModel = MixtureNoiseModel | DeepNoiseModel;

/**
 * The model in an artefact, whatever its kind. One with a network opens the tensor backend of this thread.
 * @throws PlantsenseError MODEL_INVALID, TENSOR_BACKEND_UNAVAILABLE
 */
export async function openNoiseModel(artefact: Artefact): Promise<OpenNoiseModel> {
  if (!isDeepKind(artefact.card.kind)) return MixtureNoiseModel.open(artefact);
  // TensorFlow.js takes a while to load, and mixtures don't need it.
  const { DeepNoiseModel } = await import('./deep-noise-model.js');
  return DeepNoiseModel.open(artefact);
}
