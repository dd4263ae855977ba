import { type Artefact, sealArtefact } from '../artefact.js';
import { arraysOf } from './image-arrays.js';
import { IMAGE_METHOD, type ImageDetails } from './image-details.js';
import type { ImageGroupModel } from './image-group-model.js';
import { fitImageLabels, type ImageLabelOptions, LABELS_FILE, labelsFile } from './image-labels.js';
import type { ImageTrainingSet, PeoplesLabels } from './image-training-set.js';
import { checkEncoder } from './update-image-model.js';

/**
 * Learns labels anew, by what people have said since; the groups stay as they are.
 * @throws PlantsenseError FEATURES_MISMATCH when the features are another encoder's; MATRIX_INVALID; PARAMETER_INVALID
 */
export function relabelImageModel(
  model: ImageGroupModel,
  set: ImageTrainingSet,
  people: PeoplesLabels,
  { sequence, ...options }: Omit<ImageLabelOptions, 'seed'> & { readonly sequence: number },
): Artefact {
  checkEncoder(model, set);
  const { card } = model.artefact;
  const { projected, groups, noveltyScores } = model.place(set.features);
  const paths = Array.from(groups, (group, row) => (noveltyScores[row]! > 1 ? [] : model.paths[group]!));
  const { layer, details: labels } = fitImageLabels({ z: projected.z, paths }, set, people, {
    ...{ ...options, seed: card.seed },
  });
  const details: ImageDetails = { ...model.details, labels, change: 'relabel' };
  const { classifier, normalLabel } = options;
  return sealArtefact(
    {
      ...{ method: IMAGE_METHOD, kind: card.kind, sequence, parent: card.version, seed: card.seed },
      // How far the groups have followed the topic, which labels change nothing of.
      data: { ...card.data, rows: set.features.rows, fromUs: set.fromUs, toUs: set.toUs },
      parameters: { ...card.parameters, classifier, normalLabel },
      indices: { ...card.indices, labelAccuracy: labels.accuracy },
      details,
    },
    arraysOf(model.numbers),
    layer ? new Map([[LABELS_FILE, labelsFile(layer)]]) : new Map(),
  );
}
