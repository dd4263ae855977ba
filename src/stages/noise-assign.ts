import { join } from 'node:path';
import type { Observable } from 'rxjs';
import type { Message } from '../broker/port.js';
import { PlantsenseError } from '../errors.js';
import type { GroupAssignment } from '../lifecycle/noise-model.js';
import { codec } from '../records/codec.js';
import { tensorFloats } from '../records/tensor-bytes.js';
import type { ModelAnnouncement, NoiseAssignment, NoiseFeatures } from '../records/types.js';
import type { Delivery } from '../stream/delivery.js';
import { dropSeen } from '../stream/drop-seen.js';
import { flatMapOrdered } from '../stream/flat-map-ordered.js';
import type { Lane } from '../stream/lane.js';
import { MicroBatcher } from '../stream/micro-batcher.js';
import { WorkerThread } from '../stream/worker-pool.js';
import { deadLetter } from './dead-letter.js';
import { decodeEventFeatures } from './event-features.js';
import type { AssignRequest, AssignWorkerData } from './noise-assign.worker.js';
import { originOf } from './origin.js';
import { type Indexed, indexed, type Outgoing } from './outgoing.js';
import { runScoringStage, watchModels } from './scoring-stage.js';
import { sending } from './sending.js';
import type { RunningStage, StageContext } from './stage.js';
import { logTensorNotice } from './tensor-notices.js';

export interface NoiseAssignOptions {
  readonly input: string;
  readonly models: string;
  readonly outputs: { readonly assignments: string; readonly deadLetter: string };
  readonly whenNoModel: 'wait' | 'unassigned';
  readonly batchSize: number;
  readonly lingerMs: number;
}

interface Scored {
  readonly announcement: ModelAnnouncement;
  readonly features: NoiseFeatures;
}

/** Puts each event in a group of the model that is active at its time, in micro-batches across lanes, in a thread. */
export async function startNoiseAssign(
  options: NoiseAssignOptions,
  context: StageContext,
): Promise<RunningStage> {
  const { input, models, whenNoModel, batchSize, lingerMs } = options;
  const { name: stage, metrics, dataDir } = context;
  const watched = await watchModels('noise', models, context);
  const { watch } = watched;
  const data: AssignWorkerData = { modelDirectory: join(dataDir, 'models') };
  const thread = new WorkerThread(import.meta.url, './noise-assign.worker', data);
  let active: string | null = null;
  const uses = (version: string) => {
    if (version === active) return;
    if (active !== null) metrics.modelActive.remove({ stage, version: active });
    metrics.modelActive.set({ stage, version }, 1);
    active = version;
  };
  const batcher = new MicroBatcher<Scored, GroupAssignment | PlantsenseError>(
    items => score(items, thread, uses, context),
    { maxItems: batchSize, lingerMs },
  );

  const assign = async (delivery: Delivery<Message>, lane: Lane): Promise<readonly Indexed[]> => {
    const message = delivery.value;
    metrics.receivedEvents.inc({ stage });
    metrics.receivedBytes.inc({ stage }, message.value?.byteLength ?? 0);
    try {
      const features = decodeEventFeatures(message.value);
      const announcement = await watch.activeAt(features.startTimeUs, whenNoModel === 'wait', lane.stopped);
      const answer = announcement && (await batcher.run({ announcement, features }));
      if (answer instanceof PlantsenseError) throw answer;
      metrics.assignments.inc({ stage, novel: String(answer?.novel ?? false) });
      return indexed([assignmentRecord(options.outputs.assignments, features, announcement, answer)]);
    } catch (error) {
      if (!(error instanceof PlantsenseError) || error.class !== 'terminal') throw error;
      metrics.errors.inc({ error_type: error.code, stage });
      metrics.discardedEvents.inc({ intentional: 'false', reason: 'dead_letter', stage });
      return indexed([deadLetter(options.outputs.deadLetter, message, error, { stage })]);
    }
  };

  const pipeline = (lane: Lane): Observable<unknown> =>
    lane.deliveries.pipe(
      dropSeen(
        lane.start,
        delivery => originOf(delivery.value.headers),
        () => metrics.discardedEvents.inc({ intentional: 'true', reason: 'duplicate', stage }),
      ),
      flatMapOrdered(delivery => assign(delivery, lane), { concurrency: batchSize }),
      sending(context, lane),
    );

  return runScoringStage(input, watched, pipeline, () => thread.close(), context);
}

/** One call for each model version in the batch, as a rule one. */
async function score(
  items: readonly Scored[],
  thread: WorkerThread,
  uses: (version: string) => void,
  { name: stage, metrics, now, log }: StageContext,
): Promise<(GroupAssignment | PlantsenseError)[]> {
  const answers = new Array<GroupAssignment | PlantsenseError>(items.length);
  const batches = new Map<string, number[]>();
  items.forEach(({ announcement, features }, i) => {
    // Tensors of other features or shapes must not spoil the rest of the batch.
    const kind = JSON.stringify([announcement.version, features.featureSet, features.shape]);
    const batch = batches.get(kind);
    if (batch) batch.push(i);
    else batches.set(kind, [i]);
  });
  for (const rows of batches.values()) {
    const { announcement, features } = items[rows[0]!]!;
    const [bands = 0, frames = 0] = features.shape;
    const data = new Float32Array(rows.length * bands * frames);
    rows.forEach((i, row) => {
      data.set(tensorFloats(items[i]!.features.tensor), row * bands * frames);
    });
    const { uri, cardSha256 } = announcement;
    const batch = { data, rows: rows.length, bands, frames };
    const request: AssignRequest = { uri, cardSha256, featureSet: features.featureSet, batch };
    const startMs = now();
    try {
      const assignments = await thread.call<GroupAssignment[]>(request, [data.buffer], report =>
        logTensorNotice(log, report),
      );
      rows.forEach((i, row) => {
        answers[i] = assignments[row]!;
      });
      uses(announcement.version);
    } catch (error) {
      if (!(error instanceof PlantsenseError) || error.class !== 'terminal') throw error;
      for (const i of rows) answers[i] = error;
    }
    metrics.batchEvents.observe({ stage }, rows.length);
    metrics.inferenceSeconds.observe({ stage }, (now() - startMs) / 1000);
  }
  return answers;
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
  return { topic, key: sensor, value, soundEndUs: startTimeUs + durationSecs * 1e6 };
}
