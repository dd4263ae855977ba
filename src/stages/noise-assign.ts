import type { GroupAssignment } from '../lifecycle/noise-model.js';
import { codec } from '../records/codec.js';
import type { ModelAnnouncement, NoiseAssignment, NoiseFeatures } from '../records/types.js';
import { WorkerThread } from '../stream/worker-pool.js';
import { type AssigningOptions, startAssigning } from './assigning-stage.js';
import { decodeEventFeatures } from './event-features.js';
import type { Outgoing } from './outgoing.js';
import type { RunningStage, StageContext } from './stage.js';

/** Puts each event in a group of the model that is active at its time, or calls it novel. */
export function startNoiseAssign(options: AssigningOptions, context: StageContext): Promise<RunningStage> {
  const { name: stage, metrics } = context;
  return startAssigning<NoiseFeatures, GroupAssignment>(
    {
      method: 'noise',
      openThread: data => new WorkerThread(import.meta.url, './noise-assign.worker', data),
      decode: value => {
        const record = decodeEventFeatures(value);
        const { startTimeUs: timeUs, featureSet, shape, tensor } = record;
        return { record, timeUs, featureSet, shape, tensor };
      },
      toRecord: assignmentRecord,
      count: answer => metrics.assignments.inc({ stage, novel: String(answer?.novel ?? false) }),
    },
    options,
    context,
  );
}

function assignmentRecord(
  topic: string,
  { eventId, sensor, startTimeUs, durationSecs }: NoiseFeatures,
  announcement: ModelAnnouncement | null,
  answer: GroupAssignment | null,
): Outgoing {
  const assignment: NoiseAssignment = {
    eventId,
    sensor,
    timeUs: startTimeUs,
    group: answer?.group ?? null,
    probability: answer?.probability ?? null,
    logLikelihood: answer?.logLikelihood ?? null,
    novel: answer?.novel ?? false,
    modelVersion: announcement?.version ?? null,
    runnersUp: answer?.runnersUp ?? [],
  };
  const value = codec('noise-assignment').encode(assignment);
  return { topic, key: sensor, value, dataEndUs: startTimeUs + durationSecs * 1e6 };
}
