import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { finalize, type Observable } from 'rxjs';
import type { LogMelOptions } from '../audio/log-mel.js';
import type { Message } from '../broker/port.js';
import { PlantsenseError } from '../errors.js';
import type { Delivery } from '../stream/delivery.js';
import type { Lane } from '../stream/lane.js';
import { type Step, stateful } from '../stream/stateful.js';
import { WorkerPool, WorkerThread } from '../stream/worker-pool.js';
import { expireClips } from './clip-expiry.js';
import { ClipStore } from './clip-store.js';
import { consumeInputs } from './consume-inputs.js';
import { deadLetter } from './dead-letter.js';
import type { SoundRequest, SoundWorkerData, Trouble } from './noise-events.worker.js';
import { type Indexed, indexed } from './outgoing.js';
import { sending } from './sending.js';
import type { SensorTable, TimelineOptions } from './sensor-settings.js';
import type { SoundStep, SoundTopics } from './sound-lane.js';
import type { RunningStage, StageContext } from './stage.js';

export interface NoiseEventsOptions extends TimelineOptions {
  readonly input: string;
  readonly outputs: SoundTopics & { readonly deadLetter: string };
  readonly idleSecs: number;
  readonly logMel: Partial<LogMelOptions>;
  readonly workers: number | 'auto';
}

type OpenLanes = Map<number, Pick<SoundStep, 'retainedBytes' | 'silentSensors'>>;

/** Chunks of a lane that may be in its worker at once: enough to keep it busy, few enough to stop soon. */
const IN_FLIGHT = 16;

/** Sound in; levels, events and their tensors out. Each lane's signal processing runs in one of a few threads. */
export async function startNoiseEvents(
  options: NoiseEventsOptions,
  sensors: SensorTable,
  context: StageContext,
): Promise<RunningStage> {
  const { input, outputs, idleSecs, logMel } = options;
  const { gridSecs, warmupSecs, clockJumpSecs } = options;
  const data: SoundWorkerData = {
    lane: { topics: outputs, sensors, idleSecs, timeline: { gridSecs, warmupSecs, clockJumpSecs } },
    logMel,
    clipDirectory: join(context.dataDir, 'clips'),
  };
  const size = options.workers === 'auto' ? Math.max(1, availableParallelism() - 1) : options.workers;
  const pool = new WorkerPool(size, () => new WorkerThread(import.meta.url, './noise-events.worker', data));
  const stopExpiry = new AbortController();
  const expiry = expireClips(new ClipStore(data.clipDirectory), sensors, context, stopExpiry.signal);
  let nextLane = 0;
  /** What each open lane keeps, for what is told of the whole stage. */
  const open: OpenLanes = new Map();

  const pipeline = (lane: Lane): Observable<unknown> => {
    const id = nextLane++;
    const { thread, release } = pool.lease();
    open.set(id, { retainedBytes: 0, silentSensors: 0 });
    const onTrouble = (trouble: unknown) => {
      const { code, message } = trouble as Trouble;
      context.metrics.retries.inc({ error_type: code, stage: context.name });
      context.log.warn({ code }, `A clip is written again: ${message}`);
    };
    const call = <T>(request: SoundRequest, transfer: ArrayBuffer[] = []) =>
      thread.call<T>(request, transfer, onTrouble);
    const opened = call({ type: 'open', lane: id, start: lane.start });
    opened.catch(() => {});
    return lane.deliveries.pipe(
      stateful(delivery => listen(delivery, id, open, call, options, context), { concurrency: IN_FLIGHT }),
      sending(context, lane),
      finalize(() => {
        call({ type: 'close', lane: id }).catch(() => {});
        open.delete(id);
        setGauges(open, context);
        release();
      }),
    );
  };

  const consumption = await consumeInputs(context, [input], pipeline).catch(async error => {
    stopExpiry.abort();
    await pool.close();
    throw error;
  });
  return {
    inputs: [input],
    consumes: true,
    detail: null,
    isBusy: async () => false,
    waiting: false,
    done: consumption.done,
    get lanes() {
      return consumption.lanes;
    },
    stop: async () => {
      await consumption.stop();
      stopExpiry.abort();
      await expiry;
      await pool.close();
    },
  };
}

async function listen(
  delivery: Delivery<Message>,
  lane: number,
  open: OpenLanes,
  call: <T>(request: SoundRequest, transfer: ArrayBuffer[]) => Promise<T>,
  { outputs }: NoiseEventsOptions,
  context: StageContext,
): Promise<Step<Indexed>> {
  const { name: stage, metrics, log } = context;
  const { value: message, offset, replayed } = delivery;
  metrics.receivedEvents.inc({ stage });
  metrics.receivedBytes.inc({ stage }, message.value?.byteLength ?? 0);
  try {
    // The message is a view of a whole fetch, which can't be moved to the thread: its bytes are copied once, here.
    const bytes = Uint8Array.from(message.value ?? []);
    const step = await call<SoundStep>({ type: 'chunk', lane, bytes, offset, replayed }, [bytes.buffer]);
    // An answer may come after its lane has ended.
    if (open.has(lane))
      open.set(lane, { retainedBytes: step.retainedBytes, silentSensors: step.silentSensors });
    count(step, context);
    setGauges(open, context);
    return { outputs: indexed(step.outputs), changes: step.changes };
  } catch (error) {
    if (!(error instanceof PlantsenseError) || error.class !== 'terminal') throw error;
    metrics.errors.inc({ error_type: error.code, stage });
    metrics.discardedEvents.inc({ intentional: 'false', reason: 'dead_letter', stage });
    log.warn(
      { code: error.code, offset, partition: message.partition },
      `A chunk became a dead letter: ${error.message}`,
    );
    return { outputs: indexed([deadLetter(outputs.deadLetter, message, error, { stage })]), changes: [] };
  }
}

function count(step: SoundStep, { name: stage, metrics }: StageContext): void {
  const { notices, events, audioSecs, sensor, chunkEndUs } = step;
  for (const [kind, n] of Object.entries(notices)) metrics.sensorNotices.inc({ kind, sensor }, n);
  for (const [closedBy, n] of Object.entries(events))
    metrics.noiseEvents.inc({ stage, closed_by: closedBy }, n);
  metrics.audioSeconds.inc({ stage }, audioSecs);
  metrics.sensorLastEventSeconds.set({ sensor }, chunkEndUs / 1e6);
}

function setGauges(open: OpenLanes, { name: stage, metrics }: StageContext): void {
  let retained = 0;
  let silent = 0;
  for (const { retainedBytes, silentSensors } of open.values()) {
    retained += retainedBytes;
    silent += silentSensors;
  }
  metrics.retainedBytes.set({ stage }, retained);
  metrics.silentSensors.set({ stage }, silent);
}
