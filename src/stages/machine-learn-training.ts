import { join } from 'node:path';
import type { SegmentOptions } from '../audio/segments.js';
import { classify } from '../errors.js';
import { announceModel } from '../lifecycle/announce-model.js';
import { type Artefact, openArtefact } from '../lifecycle/artefact.js';
import { DirectoryModelStore } from '../lifecycle/directory-model-store.js';
import { nextMachineSequence } from '../lifecycle/machine-model/announce-machine.js';
import type { PromotionRule } from '../lifecycle/machine-model/judge-challenger.js';
import type { MachineTrainingSet, TrainingSegment } from '../lifecycle/machine-model/machine-training-set.js';
import { segmentFeatureSet } from '../lifecycle/machine-model/segment-features.js';
import { SegmentReservoir } from '../lifecycle/machine-model/segment-reservoir.js';
import { saveModel } from '../lifecycle/model-store.js';
import { jobDirectory, TrainingJob } from '../lifecycle/training-job.js';
import type { ResidualArchitecture } from '../nn/residual/architecture.js';
import { NpySource } from '../nn/training/npy-source.js';
import type { TrainingProgress } from '../nn/training/progress.js';
import type { ModelAnnouncement } from '../records/types.js';
import { retrying } from '../stream/retry.js';
import { WorkerThread } from '../stream/worker-pool.js';
import { publishAnnouncement } from './announcements.js';
import type { LearnRequest, Learnt } from './machine-learn.worker.js';
import type { Turns } from './machine-learn-turns.js';
import { type MachineModelOptions, machineFitOptions } from './machine-model-options.js';
import type { StageContext } from './stage.js';
import { logTensorNotice } from './tensor-notices.js';

/** A model that is due. */
export interface MachineTask {
  /** The sensor; empty for a model of all. */
  readonly entity: string;
  /** What was announced so far. */
  readonly announcements: readonly ModelAnnouncement[];
  /** The model that the training goes on from; null for a first one. */
  readonly parent: ModelAnnouncement | null;
  /** What the segments were cut with. */
  readonly segment: SegmentOptions;
  /** Others of the process train in turns with it. */
  readonly turns: Turns;
  /** Reads what the model is made of, tensors to a file. */
  readonly collect: (path: string, reservoir: readonly TrainingSegment[]) => Promise<MachineTrainingSet>;
}

export interface MachineTrainingOptions {
  readonly input: string;
  readonly outputs: { readonly models: string };
  readonly model: MachineModelOptions;
  readonly windowHours: number;
  readonly maxSegments: number;
  /** Of neighbours that are learnt from or tell thresholds together. */
  readonly blockSegments: number;
  /** Segments of earlier trainings that a machine keeps; 0 for none. */
  readonly reservoirSegments: number;
  readonly promote: PromotionRule;
  /** In place of a width, for tests. */
  readonly architecture?: ResidualArchitecture;
}

/**
 * Trains a model, keeps it, judges it where it follows another one, and announces it.
 * @throws PlantsenseError as `fitStoredMachine` and `TrainingJob`
 */
export async function trainMachine(
  task: MachineTask,
  options: MachineTrainingOptions,
  context: StageContext,
  signal: AbortSignal,
  onProgress: (progress: TrainingProgress) => void,
): Promise<ModelAnnouncement> {
  const { dataDir, producer, backoff } = context;
  const { entity, announcements } = task;
  const job = await TrainingJob.own<MachineTrainingSet>(jobOf(task, options, context));
  try {
    const reservoir = new SegmentReservoir(join(dataDir, 'reservoirs'), entity);
    const set = await trainingSet(task, job, reservoir, context);
    const request = requestOf(task, options, context, set, job.directory);
    // Its segments are kept in a file by now: retention may delete them while it waits.
    const { artefact, judgement } = await task.turns.run(
      () => timed(context, () => trainInThread(request, context, signal, onProgress)),
      signal,
    );
    await saveModel(new DirectoryModelStore(join(dataDir, 'models')), artefact);
    const isPromoted = judgement?.isPromoted ?? true;
    if (isPromoted && entity !== '') await remember(reservoir, set, options.reservoirSegments);
    const announcement = announceModel(announcements, artefact, 0, {
      ...{ entity, state: isPromoted ? 'promoted' : 'refused' },
      // What came before has passed unscored, or was scored by another model.
      activeFromUs: set.newestUs,
      reason: judgement?.reason ?? firstReason(task, artefact),
    });
    await retrying(() => publishAnnouncement(producer, options.outputs.models, announcement), {
      ...{ backoff, signal },
    });
    await job.remove();
    return announcement;
  } catch (error) {
    // The same segments would fail again. A training that is stopped, or short of disk, goes on later.
    await job.leave(signal.aborted || classify(error) !== 'terminal');
    throw error;
  }
}

function jobOf(task: MachineTask, options: MachineTrainingOptions, { name, dataDir }: StageContext): string {
  const { entity, parent, segment } = task;
  const { input, model, windowHours, maxSegments, blockSegments } = options;
  const key = { stage: name, entity, parent: parent?.version ?? null };
  return jobDirectory(
    join(dataDir, 'checkpoints'),
    { ...key, input, model, windowHours, maxSegments, blockSegments, segment },
    'machine',
  );
}

function requestOf(
  { entity, announcements, parent, segment }: MachineTask,
  { model, architecture, promote }: MachineTrainingOptions,
  { dataDir }: StageContext,
  set: MachineTrainingSet,
  directory: string,
): LearnRequest {
  const { width, ...fit } = machineFitOptions(model);
  // A model that goes on has the network that it has.
  const network = architecture ? { architecture } : { ...(width && { width }) };
  return {
    ...{ set, parent, dataDir, jobDirectory: directory },
    options: {
      ...fit,
      ...(parent ? {} : network),
      ...{ segment, promote, sequence: nextMachineSequence(announcements, entity) },
    },
  };
}

/** What is read for the task, or what an interrupted training of it has kept. */
async function trainingSet(
  { entity, segment, collect }: MachineTask,
  job: TrainingJob<MachineTrainingSet>,
  reservoir: SegmentReservoir,
  { log }: StageContext,
): Promise<MachineTrainingSet> {
  const interrupted = await job.resume();
  if (interrupted) {
    const segments = interrupted.recordings.reduce((sum, { rows }) => sum + rows, 0);
    log.info({ machine: entity, segments }, 'Goes on with a training that was interrupted.');
    return interrupted;
  }
  const remembered = entity === '' ? [] : await reservoir.segments(segmentFeatureSet(segment));
  return job.collect(path => collect(path, remembered));
}

async function remember(reservoir: SegmentReservoir, set: MachineTrainingSet, most: number): Promise<void> {
  if (most === 0) return;
  const source = await NpySource.open(set.tensors.path);
  try {
    await reservoir.keep(set, source, most);
  } finally {
    await source.close();
  }
}

function firstReason({ entity }: MachineTask, { card: { sequence, data } }: Artefact): string {
  const what = sequence === 1 ? 'The first model' : 'The first model of segments that are cut in another way';
  return `${what}${entity === '' ? ', for machines without one' : ''}, of ${data.rows} segments.`;
}

async function timed<T>({ name: stage, metrics, now }: StageContext, work: () => Promise<T>): Promise<T> {
  const startMs = now();
  const result = await work();
  metrics.modelFitSeconds.observe({ stage }, (now() - startMs) / 1000);
  return result;
}

async function trainInThread(
  request: LearnRequest,
  { log }: StageContext,
  signal: AbortSignal,
  onProgress: (progress: TrainingProgress) => void,
) {
  signal.throwIfAborted();
  const thread = new WorkerThread(import.meta.url, './machine-learn.worker');
  const abandon = () => void thread.close();
  signal.addEventListener('abort', abandon, { once: true });
  try {
    const { files, judgement } = await thread.call<Learnt>(request, [], report => {
      if (!logTensorNotice(log, report)) onProgress(report as TrainingProgress);
    });
    return { artefact: openArtefact(files), judgement };
  } finally {
    signal.removeEventListener('abort', abandon);
    await thread.close();
  }
}
