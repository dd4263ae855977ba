import { join } from 'node:path';
import type { Observable } from 'rxjs';
import type { Message } from '../broker/port.js';
import { PlantsenseError } from '../errors.js';
import { tensorFloats } from '../records/tensor-bytes.js';
import type { ModelAnnouncement } from '../records/types.js';
import type { Lane } from '../stream/lane.js';
import { MicroBatcher } from '../stream/micro-batcher.js';
import type { WorkerThread } from '../stream/worker-pool.js';
import type { AssignRequest, AssignWorkerData } from './assigning-worker.js';
import { mapMessages } from './map-messages.js';
import type { Outgoing } from './outgoing.js';
import { runScoringStage, watchModels } from './scoring-stage.js';
import type { RunningStage, StageContext } from './stage.js';
import { logTensorNotice } from './tensor-notices.js';

export interface AssigningOptions {
  readonly input: string;
  readonly models: string;
  readonly outputs: { readonly assignments: string; readonly deadLetter: string };
  readonly whenNoModel: 'wait' | 'unassigned';
  readonly batchSize: number;
  readonly lingerMs: number;
}

/** Features of one thing that is to be put in a group. */
export interface Assignable<R> {
  /** As it came. */
  readonly record: R;
  readonly timeUs: number;
  /** What made the features; models take those that they were fitted on. */
  readonly featureSet: string;
  readonly shape: readonly number[];
  /** 32-bit floats, little endian. */
  readonly tensor: Uint8Array;
}

/** What a kind of thing needs to be put in groups. */
export interface Assigning<R, A> {
  /** Method of the models. */
  readonly method: string;
  /** The thread that knows how to open them: its module serves `serveModels`. */
  readonly openThread: (data: AssignWorkerData) => WorkerThread;
  /** @throws PlantsenseError RECORD_*, all of them terminal */
  readonly decode: (value: Uint8Array | null) => Assignable<R>;
  /** The record of an answer; null for both when no model is active. */
  readonly toRecord: (
    topic: string,
    record: R,
    announcement: ModelAnnouncement | null,
    answer: A | null,
  ) => Outgoing;
  /** Told of each thing that was assigned. */
  readonly count: (answer: A | null) => void;
}

interface Scored<R> {
  readonly announcement: ModelAnnouncement;
  readonly features: Assignable<R>;
}

/**
 * Puts each thing in a group of the model that is active at its time, in micro-batches across lanes, in a thread. Features
 * that a model does not take become dead letters.
 */
export async function startAssigning<R, A>(
  { method, openThread, decode, toRecord, count }: Assigning<R, A>,
  { input, models, outputs, whenNoModel, batchSize, lingerMs }: AssigningOptions,
  context: StageContext,
): Promise<RunningStage> {
  const watched = await watchModels(method, models, context);
  const thread = openThread({ modelDirectory: join(context.dataDir, 'models') });
  const uses = activeVersion(context);
  const batcher = new MicroBatcher<Scored<R>, A | PlantsenseError>(
    items => score(items, thread, uses, context),
    { maxItems: batchSize, lingerMs },
  );
  const assign = async ({ value }: Message, lane: Lane): Promise<readonly Outgoing[]> => {
    const features = decode(value);
    const wait = whenNoModel === 'wait';
    const announcement = await watched.watch.activeAt(features.timeUs, wait, lane.stopped);
    const answer = announcement && (await batcher.run({ announcement, features }));
    if (answer instanceof PlantsenseError) throw answer;
    count(answer);
    return [toRecord(outputs.assignments, features.record, announcement, answer)];
  };
  const pipeline = (lane: Lane): Observable<unknown> =>
    mapMessages(
      lane,
      message => assign(message, lane),
      { concurrency: batchSize, deadLetter: outputs.deadLetter },
      context,
    );
  return runScoringStage(input, watched, pipeline, () => thread.close(), context);
}

/** Shows which version is in use. */
function activeVersion({ name: stage, metrics }: StageContext): (version: string) => void {
  let active: string | null = null;
  return version => {
    if (version === active) return;
    if (active !== null) metrics.modelActive.remove({ stage, version: active });
    metrics.modelActive.set({ stage, version }, 1);
    active = version;
  };
}

/** One call for each model version in the batch, as a rule one. */
async function score<R, A>(
  items: readonly Scored<R>[],
  thread: WorkerThread,
  uses: (version: string) => void,
  { name: stage, metrics, now, log }: StageContext,
): Promise<(A | PlantsenseError)[]> {
  const answers = new Array<A | PlantsenseError>(items.length);
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
    const size = features.shape.reduce((product, length) => product * length, 1);
    const data = new Float32Array(rows.length * size);
    rows.forEach((i, row) => {
      data.set(tensorFloats(items[i]!.features.tensor), row * size);
    });
    const { uri, cardSha256 } = announcement;
    const { featureSet, shape } = features;
    const request: AssignRequest = { uri, cardSha256, featureSet, data, rows: rows.length, shape };
    const startMs = now();
    try {
      const assignments = await thread.call<A[]>(request, [data.buffer], report =>
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
