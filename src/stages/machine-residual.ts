import { join } from 'node:path';
import { concatMap, finalize, type Observable } from 'rxjs';
import type { SegmentOptions } from '../audio/segments.js';
import type { Message } from '../broker/port.js';
import { EntityModels } from '../lifecycle/entity-models.js';
import { MACHINE_METHOD } from '../lifecycle/machine-model/machine-model.js';
import type { Delivery } from '../stream/delivery.js';
import { type Lane, LaneStopped } from '../stream/lane.js';
import { MicroBatcher } from '../stream/micro-batcher.js';
import { type Step, stateful } from '../stream/stateful.js';
import { WorkerThread } from '../stream/worker-pool.js';
import { expireClips } from './clip-expiry.js';
import { ClipStore } from './clip-store.js';
import { countStep, refuseChunk, tellReport } from './machine-reports.js';
import type {
  ChunkRequest,
  MachineAnswer,
  MachineReport,
  MachineRequest,
  MachineStep,
  MachineWorkerData,
  RefusedChunk,
} from './machine-residual.worker.js';
import type { UntunedDetector } from './machine-state.js';
import { type Indexed, indexed } from './outgoing.js';
import { runScoringStage, watchModels } from './scoring-stage.js';
import { sending } from './sending.js';
import type { SensorTable } from './sensor-settings.js';
import type { RunningStage, StageContext } from './stage.js';

export interface MachineResidualOptions {
  readonly input: string;
  readonly models: string;
  readonly outputs: {
    readonly scores: string;
    readonly alarms: string;
    readonly features: string | null;
    readonly deadLetter: string;
  };
  readonly segment: SegmentOptions;
  readonly detectors: readonly UntunedDetector[];
  readonly whenNoModel: 'wait' | 'unscored';
  readonly idleSecs: number;
  readonly clockJumpSecs: number;
  readonly batchSize: number;
  readonly lingerMs: number;
}

/** Chunks of a lane that may be in the thread at once: enough for whole batches of a backlog, few enough to stop soon. */
const IN_FLIGHT = 32;

/** Sound of machines in; scores of their segments and alarms out. Segments of all lanes are scored together, in a thread. */
export async function startMachineResidual(
  options: MachineResidualOptions,
  sensors: SensorTable,
  context: StageContext,
): Promise<RunningStage> {
  const { input, models, batchSize, lingerMs, whenNoModel } = options;
  const { name: stage, metrics } = context;
  const watched = await watchModels(MACHINE_METHOD, models, context);
  const { watch } = watched;
  const data = workerDataOf(options, sensors, context);
  const thread = new WorkerThread(import.meta.url, './machine-residual.worker', data);
  const call = <T>(request: MachineRequest, transfer: ArrayBuffer[] = []) =>
    thread.call<T>(request, transfer, report => tellReport(report as MachineReport, context));
  let announced = 0;
  let known = new EntityModels([], MACHINE_METHOD);
  const announce = () => {
    const { announcements } = watch;
    if (announcements.length === announced) return;
    announced = announcements.length;
    known = new EntityModels(announcements, MACHINE_METHOD);
    call({ type: 'models', announcements: [...announcements] }).catch(() => {});
  };
  const batcher = new MicroBatcher<ChunkRequest, MachineStep | RefusedChunk | null>(
    async chunks => {
      // Calls keep their order: what is announced by now holds for these chunks.
      announce();
      return await score(chunks, call, context);
    },
    { maxItems: batchSize, lingerMs },
  );
  /** Whether a chunk need not wait for a model. */
  const isReady = ({ key }: Message): boolean => {
    announce();
    if (whenNoModel === 'unscored' || key === null) return true;
    const settings = sensors.byId.get(key) ?? sensors.others;
    return !settings?.machine || known.activeAt(key, Number.MAX_SAFE_INTEGER) !== null;
  };
  const stopExpiry = new AbortController();
  const expiry = expireClips(new ClipStore(data.clipDirectory), sensors, context, stopExpiry.signal);
  const retained = new Map<number, number>();
  let nextLane = 0;

  const pipeline = (lane: Lane): Observable<unknown> => {
    const id = nextLane++;
    retained.set(id, 0);
    call({ type: 'open', lane: id, start: lane.start }).catch(() => {});
    const hear = async (delivery: Delivery<Message>): Promise<Step<Indexed>> => {
      const { value: message, offset, replayed } = delivery;
      metrics.receivedEvents.inc({ stage });
      metrics.receivedBytes.inc({ stage }, message.value?.byteLength ?? 0);
      // The message is a view of a whole fetch, which can't be moved to the thread: its bytes are copied once, here.
      const bytes = Uint8Array.from(message.value ?? []);
      const step = await batcher.run({ lane: id, bytes, offset, replayed });
      // Nobody waits for it any more; the next owner of the partition makes it anew.
      if (step === null) throw new LaneStopped();
      if ('code' in step) return refuseChunk(step, delivery, options.outputs.deadLetter, context);
      // An answer may come after its lane has ended.
      if (retained.has(id)) retained.set(id, step.retainedBytes);
      metrics.retainedBytes.set({ stage }, sum(retained.values()));
      if (!replayed) countStep(step, context);
      return { outputs: indexed(step.outputs), changes: step.changes };
    };
    return lane.deliveries.pipe(
      // One after another, so that chunks keep their order when they have waited.
      concatMap(async delivery => {
        await watch.until(() => isReady(delivery.value), lane.stopped);
        return delivery;
      }),
      stateful(hear, { concurrency: IN_FLIGHT }),
      sending(context, lane),
      finalize(() => {
        call({ type: 'close', lane: id }).catch(() => {});
        retained.delete(id);
        metrics.retainedBytes.set({ stage }, sum(retained.values()));
      }),
    );
  };

  const end = async () => {
    stopExpiry.abort();
    await expiry;
    await thread.close();
  };
  return runScoringStage(input, watched, pipeline, end, context);
}

function workerDataOf(
  { outputs, segment, detectors, idleSecs, clockJumpSecs }: MachineResidualOptions,
  sensors: SensorTable,
  { dataDir }: StageContext,
): MachineWorkerData {
  const { scores, alarms, features } = outputs;
  return {
    lane: { topics: { scores, alarms }, sensors, detectors, idleSecs, clockJumpSecs },
    segment,
    featuresTopic: features,
    clipDirectory: join(dataDir, 'clips'),
    modelDirectory: join(dataDir, 'models'),
  };
}

/** One batch of chunks, of however many lanes. */
async function score(
  chunks: readonly ChunkRequest[],
  call: (request: MachineRequest, transfer: ArrayBuffer[]) => Promise<MachineAnswer>,
  { name: stage, metrics, now }: StageContext,
): Promise<MachineAnswer['steps']> {
  const startMs = now();
  const transfer = chunks.map(({ bytes }) => bytes.buffer as ArrayBuffer);
  const { steps, scored } = await call({ type: 'chunks', chunks }, transfer);
  if (scored > 0) {
    metrics.batchEvents.observe({ stage }, scored);
    metrics.inferenceSeconds.observe({ stage }, (now() - startMs) / 1000);
  }
  return steps;
}

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
