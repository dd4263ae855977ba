import { join } from 'node:path';
import type { Artefact, ArtefactFiles } from '../lifecycle/artefact.js';
import { DirectoryModelStore } from '../lifecycle/directory-model-store.js';
import { fitImageModel } from '../lifecycle/image-model/fit-image-model.js';
import type { FitImageOptions } from '../lifecycle/image-model/fit-image-options.js';
import { holdOutRecent } from '../lifecycle/image-model/hold-out-recent.js';
import type { ImageDetails } from '../lifecycle/image-model/image-details.js';
import type { ImageGroupModel } from '../lifecycle/image-model/image-group-model.js';
import type { ImageTrainingSet, PeoplesLabels } from '../lifecycle/image-model/image-training-set.js';
import {
  type ImageJudgement,
  type ImagePromotionRule,
  judgeImages,
} from '../lifecycle/image-model/judge-images.js';
import { openImageModel } from '../lifecycle/image-model/open-image-model.js';
import { relabelImageModel } from '../lifecycle/image-model/relabel-image-model.js';
import { updateImageModel } from '../lifecycle/image-model/update-image-model.js';
import { loadModel } from '../lifecycle/model-store.js';
import type { ModelAnnouncement } from '../records/types.js';
import { serveWorker } from '../stream/worker-server.js';
import type { ImageTaskKind } from './image-learn-due.js';

/** Learns groups of pictures in a thread of its own, so that a stream keeps its delay meanwhile. */

export interface ImageLearnRequest {
  readonly kind: ImageTaskKind;
  readonly set: ImageTrainingSet;
  readonly people: PeoplesLabels;
  readonly options: Omit<FitImageOptions, 'parent' | 'people'>;
  readonly halfLifeImages: number;
  /** Of the pictures of a refit, to judge it by. */
  readonly heldOutShare: number;
  readonly promote: ImagePromotionRule;
  /** The model that it goes on from. */
  readonly parent: ModelAnnouncement | null;
  /** Ids that groups of a model have had that was taken back: see `nextIds` of its details. */
  readonly takenIds: ImageDetails['nextIds'];
  readonly dataDir: string;
}

export interface LearntImages {
  readonly files: ArtefactFiles;
  /** Of a refit. */
  readonly judgement: ImageJudgement | null;
}

serveWorker(async (request: ImageLearnRequest, report) => {
  const { parent, takenIds, dataDir } = request;
  const store = new DirectoryModelStore(join(dataDir, 'models'));
  const model =
    parent && openImageModel(await loadModel(store, parent.uri, parent.cardSha256)).keepingIds(takenIds);
  const { artefact, judgement } = await learn(request, model, report);
  // One that can't be opened would make a dead letter of every picture.
  openImageModel(artefact);
  return { result: { files: artefact.files, judgement } satisfies LearntImages };
});

async function learn(
  request: ImageLearnRequest,
  model: ImageGroupModel | null,
  report: (progress: unknown) => void,
): Promise<{ readonly artefact: Artefact; readonly judgement: ImageJudgement | null }> {
  const { kind, set, people, options, halfLifeImages, heldOutShare, promote } = request;
  const { sequence } = options;
  if (kind === 'first' || !model)
    return {
      artefact: await fitImageModel(set, { ...options, people, parent: model }, report),
      judgement: null,
    };
  if (kind === 'update')
    return { artefact: updateImageModel(model, set, { halfLifeImages, sequence }), judgement: null };
  if (kind === 'relabel') {
    const { classifier = null, normalLabel = null } = options;
    return {
      artefact: relabelImageModel(model, set, people, { classifier, normalLabel, sequence }),
      judgement: null,
    };
  }
  const { learnt, heldOut } = holdOutRecent(set, heldOutShare);
  const artefact = await fitImageModel(learnt, { ...options, people, parent: model }, report);
  return { artefact, judgement: judgeImages(openImageModel(artefact), model, heldOut, promote) };
}
