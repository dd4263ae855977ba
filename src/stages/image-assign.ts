import { IMAGE_METHOD } from '../lifecycle/image-model/image-details.js';
import type { ImageAnswer } from '../lifecycle/image-model/image-model.js';
import { codec } from '../records/codec.js';
import type { ImageAssignment, ImageFeatures, ModelAnnouncement } from '../records/types.js';
import { WorkerThread } from '../stream/worker-pool.js';
import { type AssigningOptions, startAssigning } from './assigning-stage.js';
import { decodeImageFeatures } from './image-vector.js';
import type { Outgoing } from './outgoing.js';
import type { RunningStage, StageContext } from './stage.js';

/** Puts each picture in the groups of the model that is active at its time, or calls it novel. */
export function startImageAssign(options: AssigningOptions, context: StageContext): Promise<RunningStage> {
  const { name: stage, metrics } = context;
  return startAssigning<ImageFeatures, ImageAnswer>(
    {
      method: IMAGE_METHOD,
      openThread: data => new WorkerThread(import.meta.url, './image-assign.worker', data),
      decode: value => {
        const record = decodeImageFeatures(value);
        const { timeUs, encoder: featureSet, shape, tensor } = record;
        return { record, timeUs, featureSet, shape, tensor };
      },
      toRecord: assignmentRecord,
      count: answer => metrics.imageAssignments.inc({ stage, novel: String(answer?.novel ?? false) }),
    },
    options,
    context,
  );
}

function assignmentRecord(
  topic: string,
  { frameId, sensor, timeUs, nearLabel }: ImageFeatures,
  announcement: ModelAnnouncement | null,
  answer: ImageAnswer | null,
): Outgoing {
  const assignment: ImageAssignment = {
    frameId,
    sensor,
    timeUs,
    path: answer?.path ?? [],
    probability: answer?.probability ?? null,
    logLikelihood: null,
    novel: answer?.novel ?? false,
    suspectedLabel: answer?.label ?? null,
    labelConfidence: answer?.labelConfidence ?? null,
    modelVersion: announcement?.version ?? null,
    nearLabel,
    noveltyScore: answer?.noveltyScore ?? null,
    runnersUp: answer?.runnersUp ?? [],
  };
  return { topic, key: sensor, value: codec('image-assignment').encode(assignment), dataEndUs: timeUs };
}
