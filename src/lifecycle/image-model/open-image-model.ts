import type { Artefact } from '../artefact.js';
import { ImageGroupModel } from './image-group-model.js';

/**
 * The model of images in an artefact.
 * @throws PlantsenseError MODEL_INVALID
 */
export function openImageModel(artefact: Artefact): ImageGroupModel {
  return ImageGroupModel.open(artefact);
}
