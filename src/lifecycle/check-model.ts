import { PlantsenseError } from '../errors.js';
import type { Artefact } from './artefact.js';
import { openImageModel } from './image-model/open-image-model.js';
import { segmentFeatureSet } from './machine-model/segment-features.js';
import { openNoiseModel } from './open-noise-model.js';

/** What whoever puts a model into use has to know of it. */
export interface CheckedModel {
  /** 0 where the method has none. */
  readonly groups: number;
  /** Of the tensors that it takes. */
  readonly featureSet: string;
}

/**
 * Opens a model of any method, which is the proof that it can score, and closes it again. One with a network opens the
 * tensor backend of this thread.
 *
 * @throws PlantsenseError MODEL_INVALID, TENSOR_BACKEND_UNAVAILABLE
 */
export async function checkModel(artefact: Artefact): Promise<CheckedModel> {
  const { method, version } = artefact.card;
  if (method === 'noise') {
    const model = await openNoiseModel(artefact);
    model.dispose();
    return { groups: model.groups.length, featureSet: model.featureSet };
  }
  if (method === 'machine') {
    // TensorFlow.js takes a while to load, and mixtures of noise don't need it.
    const { MachineModel } = await import('./machine-model/machine-model.js');
    const model = await MachineModel.open(artefact);
    model.dispose();
    return { groups: 0, featureSet: segmentFeatureSet(model.details.segment) };
  }
  if (method === 'image') {
    const { paths, encoder } = openImageModel(artefact);
    return { groups: paths.length, featureSet: encoder };
  }
  throw new PlantsenseError('MODEL_INVALID', `Model ${version} is for ${method}, which is not known here.`);
}
