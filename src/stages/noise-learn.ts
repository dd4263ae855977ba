import { join } from 'node:path';
import type { LogMelOptions } from '../audio/log-mel.js';
import { classify } from '../errors.js';
import { announceModel, announcementKey } from '../lifecycle/announce-model.js';
import { type Artefact, type ArtefactFiles, openArtefact } from '../lifecycle/artefact.js';
import { DirectoryModelStore } from '../lifecycle/directory-model-store.js';
import type { FitProgress } from '../lifecycle/fit-noise-options.js';
import { nextSequence, saveModel } from '../lifecycle/model-store.js';
import { groupCount } from '../lifecycle/noise-details.js';
import { isDeepKind } from '../lifecycle/noise-kind.js';
import type { NoiseTrainingSet } from '../lifecycle/noise-training-set.js';
import { jobDirectory, TrainingJob } from '../lifecycle/training-job.js';
import { codec } from '../records/codec.js';
import type { ModelAnnouncement } from '../records/types.js';
import { retrying } from '../stream/retry.js';
import { WorkerThread } from '../stream/worker-pool.js';
import type { FitRequest } from './fit-noise.worker.js';
import { beginLearning, leadLearning } from './learning-stage.js';
import { fitOptionsOf, type NoiseModelOptions } from './noise-model-options.js';
import type { RunningStage, StageContext } from './stage.js';
import { logTensorNotice } from './tensor-notices.js';
import { readTrainingWindow } from './training-window.js';

export interface NoiseLearnOptions {
  readonly input: string;
  readonly outputs: { readonly models: string };
  readonly model: NoiseModelOptions;
  /** What the input's tensors are made with; null when the topology has no stage that makes them. */
  readonly logMel: Partial<LogMelOptions> | null;
  readonly firstAfterEvents: number;
  readonly windowHours: number;
}

/** After a fit that failed for its data the topic must have had this many times as many events before the next. */
const MORE_EVENTS = 1.1;

/**
 * Fits the first model once the topic holds enough events, and announces it. Of several members one does the work: the
 * owner of the input's first partition.
 */
export async function startNoiseLearn(
  options: NoiseLearnOptions,
  context: StageContext,
): Promise<RunningStage> {
  const { log, name: stage, metrics } = context;
  const { input, outputs } = options;
  const learning = await beginLearning('noise', { input, models: outputs.models }, context);
  // Models of machines and of images may be announced on the same topic.
  const hasModel = () => learning.watch.announcements.some(({ method }) => method === 'noise');
  let detail: string | null = null;
  /** How many events the topic has to have had for the next fit, since one failed for its data. */
  let retryAtEvents = 0;

  const check = async (isLeader: boolean, signal: AbortSignal): Promise<void> => {
    if (hasModel()) {
      detail = null;
      return;
    }
    const { held, ever } = await countEvents(options, context);
    const isDue = held >= options.firstAfterEvents;
    if (!isDue) detail = `learns its first model after ${options.firstAfterEvents} events, has ${held}`;
    if (!isDue || !isLeader || ever < retryAtEvents) return;
    const startMs = context.now();
    const announcement = await learn(options, context, signal, progress => {
      detail = `learns its first model: ${describeProgress(progress)}`;
    }).catch(error => {
      if (classify(error) === 'terminal') retryAtEvents = Math.ceil(MORE_EVENTS * ever);
      throw error;
    });
    detail = null;
    metrics.modelFitSeconds.observe({ stage }, (context.now() - startMs) / 1000);
    metrics.modelsPublished.inc({ stage });
    log.info({ version: announcement.version, groups: announcement.groups }, 'A first model was announced.');
  };

  const leave = await leadLearning(
    {
      check,
      couldNot: 'No model yet',
      failed: error => {
        detail = `could not fit a model: ${error.message}`;
      },
    },
    learning,
    input,
    context,
  );
  return learning.run({
    detail: () => detail,
    isBusy: async () => {
      if (hasModel()) return false;
      const { held, ever } = await countEvents(options, context);
      return held >= options.firstAfterEvents && ever >= retryAtEvents;
    },
    stop: leave,
  });
}

/** How many events the topic holds, and how many it has ever had. */
async function countEvents({ input }: NoiseLearnOptions, { broker }: StageContext) {
  const offsets = await broker.admin.offsets(input);
  return {
    held: offsets.reduce((sum, { earliest, latest }) => sum + latest - earliest, 0),
    ever: offsets.reduce((sum, { latest }) => sum + latest, 0),
  };
}

function describeProgress({ phase, done, total, training }: FitProgress): string {
  if (!training) return `${phase}, ${done} of ${total}`;
  const { epoch, epochs, loss, etaSecs } = training;
  return `${phase}, epoch ${epoch} of ${epochs}, loss ${loss.toPrecision(4)}, ${Math.ceil(etaSecs)} s left`;
}

/** Fits a model to the window, keeps it, and announces it. */
async function learn(
  options: NoiseLearnOptions,
  context: StageContext,
  signal: AbortSignal,
  onProgress: (progress: FitProgress) => void,
): Promise<ModelAnnouncement> {
  const { dataDir, producer, backoff } = context;
  const job = await trainingJob(options, context);
  try {
    const store = new DirectoryModelStore(join(dataDir, 'models'));
    const set = await trainingSet(options, context, job, signal);
    const artefact = await fitInThread(
      {
        ...{ set, jobDirectory: job?.directory ?? null },
        options: { ...fitOptionsOf(options.model), sequence: await nextSequence(store, 'noise') },
      },
      context,
      signal,
      onProgress,
    );
    await saveModel(store, artefact);
    // The first model scores all events, those too that were heard before it was there.
    const announcement = announceModel([], artefact, groupCount(artefact.card), {
      state: 'promoted',
      activeFromUs: 0,
      reason: `The first model, of ${set.rows.rows} events.`,
    });
    const message = {
      key: announcementKey(announcement),
      value: codec('model-announcement').encode(announcement),
    };
    await retrying(() => producer.send(options.outputs.models, [message]), { backoff, signal });
    await job?.remove();
    return announcement;
  } catch (error) {
    // The same events would fail again. A training that is stopped, or short of disk, goes on later.
    await job?.leave(classify(error) !== 'terminal');
    throw error;
  }
}

/** Networks train long enough to be interrupted. @throws PlantsenseError TRAINING_IN_USE */
async function trainingJob(
  { input, windowHours, model, logMel }: NoiseLearnOptions,
  { name: stage, dataDir }: StageContext,
): Promise<TrainingJob | null> {
  if (!isDeepKind(model.type)) return null;
  const key = { stage, input, windowHours, model, logMel };
  return TrainingJob.own(jobDirectory(join(dataDir, 'checkpoints'), key));
}

/** The window, or the one of a training that was interrupted. */
async function trainingSet(
  { input: topic, windowHours, logMel }: NoiseLearnOptions,
  { broker, log }: StageContext,
  job: TrainingJob | null,
  signal: AbortSignal,
): Promise<NoiseTrainingSet> {
  const interrupted = await job?.resume();
  if (interrupted) {
    log.info({ events: interrupted.rows.rows }, 'Goes on with a training that was interrupted.');
    return interrupted;
  }
  const read = (tensorPath?: string) =>
    readTrainingWindow(broker, { topic, windowHours, logMel }, signal, tensorPath);
  return job ? job.collect(read) : read();
}

async function fitInThread(
  request: FitRequest,
  { log }: StageContext,
  signal: AbortSignal,
  onProgress: (progress: FitProgress) => void,
): Promise<Artefact> {
  const thread = new WorkerThread(import.meta.url, './fit-noise.worker');
  const abandon = () => void thread.close();
  signal.addEventListener('abort', abandon, { once: true });
  try {
    const files = await thread.call<ArtefactFiles>(request, [], report => {
      if (!logTensorNotice(log, report)) onProgress(report as FitProgress);
    });
    return openArtefact(files);
  } finally {
    signal.removeEventListener('abort', abandon);
    await thread.close();
  }
}
