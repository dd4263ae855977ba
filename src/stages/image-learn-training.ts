import { join } from 'node:path';
import { announceModel } from '../lifecycle/announce-model.js';
import { type Artefact, openArtefact } from '../lifecycle/artefact.js';
import { DirectoryModelStore } from '../lifecycle/directory-model-store.js';
import type { ImageFitProgress } from '../lifecycle/image-model/fit-image-options.js';
import { type ImageDetails, imageDetailsSchema } from '../lifecycle/image-model/image-details.js';
import { type ImageTrainingSet, NO_LABELS } from '../lifecycle/image-model/image-training-set.js';
import type { ModelCard } from '../lifecycle/model-card.js';
import type { KnownParents } from '../lifecycle/model-lineage.js';
import { nextSequence, saveModel } from '../lifecycle/model-store.js';
import type { ModelAnnouncement } from '../records/types.js';
import { retrying } from '../stream/retry.js';
import { WorkerThread } from '../stream/worker-pool.js';
import { publishAnnouncement } from './announcements.js';
import type { ImageLearnOptions } from './image-learn.js';
import type { ImageLearnRequest, LearntImages } from './image-learn.worker.js';
import type { ImageTaskKind } from './image-learn-due.js';
import type { BaseModel, ImageLearnModels } from './image-learn-models.js';
import { type NewestImage, readImages } from './image-learn-topic.js';
import { imageFitOptions } from './image-model-options.js';
import { readPeople } from './peoples-labels.js';
import type { StageContext } from './stage.js';

/** Something that is to be learnt. */
export interface ImageTask {
  readonly kind: ImageTaskKind;
  /** The model that it goes on from; null for a first one. */
  readonly base: BaseModel | null;
  /** One that was used after it, and is not any more. */
  readonly takenBack: BaseModel | null;
  readonly newest: NewestImage;
  /** What was announced, also while it is learnt. */
  readonly models: Pick<ImageLearnModels, 'announcements' | 'inForce'>;
}

/**
 * Reads what a task needs, learns it, keeps the model and announces it.
 * @returns null when another model was put into use meanwhile: a person's word, or what another member has learnt, counts
 * @throws PlantsenseError as `fitImageModel`, `updateImageModel`, `relabelImageModel` and `saveModel`
 */
export async function learnImages(
  task: ImageTask,
  options: ImageLearnOptions,
  context: StageContext,
  signal: AbortSignal,
  onProgress: (progress: string) => void,
): Promise<ModelAnnouncement | null> {
  const { dataDir, producer, backoff, metrics, now, name: stage } = context;
  const { kind, base, takenBack, models } = task;
  const store = new DirectoryModelStore(join(dataDir, 'models'));
  const set = await readSet(task, options, context, signal);
  const people =
    options.labels === null || kind === 'update'
      ? NO_LABELS
      : await readPeople(
          context.broker,
          options.labels,
          base?.card ?? null,
          store,
          signal,
          parentsIn(models),
        );
  const startMs = now();
  const { artefact, judgement } = await learnInThread(
    {
      ...{ kind, set, people, parent: base?.announcement ?? null, dataDir },
      takenIds: takenBack?.details.nextIds ?? {},
      options: { ...imageFitOptions(options.model), sequence: await nextSequence(store, 'image') },
      halfLifeImages: options.halfLifeImages,
      heldOutShare: options.heldOutShare,
      promote: options.promote,
    },
    signal,
    onProgress,
  );
  metrics.modelFitSeconds.observe({ stage }, (now() - startMs) / 1000);
  const { inForce } = models;
  if (inForce?.version !== base?.card.version) return null;
  await saveModel(store, artefact);
  const details = imageDetailsSchema.parse(artefact.card.details);
  const announcement = announceModel(models.announcements, artefact, details.groups.length, {
    state: (judgement?.isPromoted ?? true) ? 'promoted' : 'refused',
    // The first model groups all pictures, those too that came before it was there.
    activeFromUs: inForce ? Math.max(set.toUs, inForce.activeFromUs) : 0,
    reason: judgement?.reason ?? reasonOf(kind, artefact.card, details),
  });
  await retrying(() => publishAnnouncement(producer, options.outputs.models, announcement), {
    ...{ backoff, signal },
  });
  return announcement;
}

/** Of each version that was announced. */
function parentsIn({ announcements }: ImageTask['models']): KnownParents {
  const own = announcements.filter(({ method }) => method === 'image');
  return new Map(own.map(({ version, parentVersion }) => [version, parentVersion]));
}

/** Groups follow what is new since they last did; all else is learnt from the window. */
async function readSet(
  { kind, base, newest }: ImageTask,
  { input: topic, windowHours, maxImages }: ImageLearnOptions,
  { broker, log }: StageContext,
  signal: AbortSignal,
): Promise<ImageTrainingSet> {
  const from = kind === 'update' ? base!.followed : null;
  const { window, others } = await readImages(
    broker,
    { topic, newest, windowHours, most: maxImages, from },
    signal,
  );
  if (others > 0)
    log.info(
      { images: others },
      `Images of other encoders than ${newest.encoder}, that of the newest, are left out.`,
    );
  return window.trainingSet();
}

function reasonOf(
  kind: ImageTaskKind,
  { data, indices }: ModelCard,
  { labels, groups }: ImageDetails,
): string {
  const percent = (share: number | null | undefined) =>
    share === null || share === undefined ? 'unknown' : `${(100 * share).toFixed(1)} %`;
  switch (kind) {
    case 'update':
      return `The groups follow ${data.rows} images, of which ${percent(indices.novelShare)} are novel.`;
    case 'relabel': {
      const { marked, named, nearLabelled, accuracy } = labels;
      return `Labels of ${marked + named + nearLabelled} images are learnt anew, ${marked + named} by people's word; of held-out ones ${percent(accuracy)} are right.`;
    }
    default:
      return `The first model, of ${data.rows} images: ${groups.length} groups.`;
  }
}

async function learnInThread(
  request: ImageLearnRequest,
  signal: AbortSignal,
  onProgress: (progress: string) => void,
): Promise<{ readonly artefact: Artefact; readonly judgement: LearntImages['judgement'] }> {
  signal.throwIfAborted();
  const thread = new WorkerThread(import.meta.url, './image-learn.worker');
  const abandon = () => void thread.close();
  signal.addEventListener('abort', abandon, { once: true });
  try {
    const { files, judgement } = await thread.call<LearntImages>(request, [], report =>
      onProgress(describe(report as ImageFitProgress)),
    );
    return { artefact: openArtefact(files), judgement };
  } finally {
    signal.removeEventListener('abort', abandon);
    await thread.close();
  }
}

function describe({ phase, cells, firstLevelCells }: ImageFitProgress): string {
  if (phase !== 'groups') return phase;
  return cells < firstLevelCells
    ? `groups, cell ${cells} of ${firstLevelCells}`
    : `sub-groups, ${cells - firstLevelCells} cells`;
}
