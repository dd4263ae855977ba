import type { Artefact } from './artefact.js';
import { MixtureNoiseModel } from './mixture-noise-model.js';
import type { NoiseModel } from './noise-model.js';

/**
 * The model in an artefact, whatever its kind.
 * @throws PlantsenseError MODEL_INVALID
 */
export function openNoiseModel(artefact: Artefact): NoiseModel {
  // One family of kinds for now; it refuses the others by name.
  return MixtureNoiseModel.open(artefact);
}
