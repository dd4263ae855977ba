import { join } from 'node:path';
import { classify } from '../errors.js';
import { DirectoryModelStore } from '../lifecycle/directory-model-store.js';
import { IMAGE_METHOD } from '../lifecycle/image-model/image-details.js';
import type { ImagePromotionRule } from '../lifecycle/image-model/judge-images.js';
import { dueTasks, type ImageLearnTimes, type ImageTaskKind, type SinceModel } from './image-learn-due.js';
import { type BaseModel, ImageLearnModels } from './image-learn-models.js';
import { countImages, type NewestImage, readNewest, type TopicCounts } from './image-learn-topic.js';
import { type ImageTask, learnImages } from './image-learn-training.js';
import type { ImageModelOptions } from './image-model-options.js';
import { beginLearning, leadLearning } from './learning-stage.js';
import { countStatements } from './peoples-labels.js';
import type { RunningStage, StageContext } from './stage.js';

export interface ImageLearnOptions extends ImageLearnTimes {
  readonly input: string;
  /** Topic of what people say; null: nobody says anything. */
  readonly labels: string | null;
  readonly outputs: { readonly models: string };
  readonly model: ImageModelOptions;
  readonly windowHours: number;
  /** Of more pictures a sample. */
  readonly maxImages: number;
  readonly halfLifeImages: number;
  readonly heldOutShare: number;
  readonly promote: ImagePromotionRule;
}

/** After a fit that failed for its data the topic must have had this many times as many pictures before the next. */
const MORE_IMAGES = 1.1;

/**
 * Learns groups of pictures, and keeps them up to date: a first model, groups that follow new pictures, new groups from time to
 * time that are judged before they take over, and labels by what people say. Of several members one does the work.
 */
export async function startImageLearn(
  options: ImageLearnOptions,
  context: StageContext,
): Promise<RunningStage> {
  const { broker, name: stage, metrics, log, dataDir } = context;
  const { input, labels, outputs } = options;
  const learning = await beginLearning(IMAGE_METHOD, { input, models: outputs.models }, context);
  const models = new ImageLearnModels(
    learning.watch,
    new DirectoryModelStore(join(dataDir, 'models')),
    input,
  );
  let work: string | null = null;
  let problem: string | null = null;
  let waiting: string | null = null;
  /** Of what failed for its data: how much the topics must have had for the next attempt. */
  const retries = new Map<ImageTaskKind, { readonly images: number; readonly statements: number }>();
  let said = { ever: 0, statements: 0 };
  let newest: { readonly ever: number; readonly image: NewestImage | null } = { ever: -1, image: null };

  /** What people have said of images: read when they have said more of anything. */
  const countedStatements = async (signal: AbortSignal): Promise<number> => {
    if (labels === null) return 0;
    const ever = await countMessages(labels, context);
    if (said.ever !== ever) said = { ever, statements: await countStatements(broker, labels, signal) };
    return said.statements;
  };
  /** The newest picture: read when more have come. */
  const newestImage = async ({ ever }: TopicCounts, signal: AbortSignal): Promise<NewestImage | null> => {
    if (newest.ever !== ever) newest = { ever, image: await readNewest(broker, input, signal) };
    return newest.image;
  };
  const look = async (signal: AbortSignal) => {
    const counts = await countImages(broker, input);
    const statements = await countedStatements(signal);
    const image = await newestImage(counts, signal);
    const base = await models.base(counts);
    const takenBack = base && (await models.takenBack(base, counts));
    const since = image && base && models.since(base, takenBack, counts, image, statements);
    // What is of no use now must not keep the rest from being learnt.
    const mayTry = (kind: ImageTaskKind) => {
      const retry = retries.get(kind);
      return !retry || counts.ever >= retry.images || statements >= retry.statements;
    };
    const kind = image ? (dueTasks(options, counts.held, since).find(mayTry) ?? null) : null;
    return { counts, statements, image, base, takenBack, kind, since };
  };

  const check = async (isLeader: boolean, signal: AbortSignal): Promise<void> => {
    const { counts, statements, image, base, takenBack, kind, since } = await look(signal);
    if (kind === null) waiting = describeWaiting(options, counts, base, since, image);
    if (!kind || !image || !isLeader) return;
    const task: ImageTask = { kind, base, takenBack, newest: image, models };
    const announcement = await learnImages(task, options, context, signal, progress => {
      work = `${TASKS[kind]}: ${progress}`;
    })
      .catch(error => {
        if (classify(error) === 'terminal')
          retries.set(kind, { images: Math.ceil(MORE_IMAGES * counts.ever), statements: statements + 1 });
        throw error;
      })
      .finally(() => {
        work = null;
      });
    problem = null;
    retries.delete(kind);
    if (!announcement) {
      log.info('Another model was put into use meanwhile: what was learnt is left.');
      return;
    }
    models.announced(announcement);
    metrics.modelsPublished.inc({ stage });
    const { version, state, groups, reason } = announcement;
    log.info({ version, state, groups }, reason);
  };

  const leave = await leadLearning(
    {
      check,
      couldNot: 'No new model',
      failed: error => {
        problem = `could not learn: ${error.message}`;
      },
    },
    learning,
    input,
    context,
  );
  const never = new AbortController();
  return learning.run({
    detail: () => work ?? problem ?? waiting,
    isBusy: async () => (await look(never.signal)).kind !== null,
    stop: leave,
  });
}

const TASKS: Readonly<Record<ImageTaskKind, string>> = {
  first: 'learns its first model',
  refit: 'looks for new groups',
  update: 'follows new images',
  relabel: 'learns labels anew',
};

/** What it waits for; null when there is nothing to say. */
function describeWaiting(
  { firstAfterImages }: ImageLearnOptions,
  { held }: TopicCounts,
  base: BaseModel | null,
  since: SinceModel | null,
  newest: NewestImage | null,
): string | null {
  if (!base) return `learns its first model after ${firstAfterImages} images, has ${held}`;
  if (!since || since.isOfEncoder) return null;
  return `the model takes features of ${base.details.encoder}, and images are encoded by ${newest?.encoder} now`;
}

/** How many messages a topic has ever had, none before there is one. */
async function countMessages(topic: string, { broker }: StageContext): Promise<number> {
  if (!(await broker.admin.describeTopic(topic))) return 0;
  const offsets = await broker.admin.offsets(topic);
  return offsets.reduce((sum, { latest }) => sum + latest, 0);
}
