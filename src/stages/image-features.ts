import { availableParallelism } from 'node:os';
import type { Observable } from 'rxjs';
import type { Message } from '../broker/port.js';
import type { EncoderOptions } from '../lifecycle/image-encoder/encoder-options.js';
import type { Lane } from '../stream/lane.js';
import { MicroBatcher } from '../stream/micro-batcher.js';
import { WorkerThread } from '../stream/worker-pool.js';
import { FrameOrder } from '../vision/frame-order.js';
import { IMAGE_LIMITS } from '../vision/image-limits.js';
import { consumeInputs } from './consume-inputs.js';
import { EncoderOpening } from './encoder-opening.js';
import type { EncodedFrame, FrameOrigin, RefusedFrame } from './frame-encoder.js';
import type { ImageAnswer, ImageRequest, ImageWorkerData } from './image-features.worker.js';
import { mapMessages, RefusedMessage } from './map-messages.js';
import type { Outgoing } from './outgoing.js';
import type { SensorTable } from './sensor-settings.js';
import type { RunningStage, StageContext } from './stage.js';

export interface ImageFeaturesOptions {
  readonly input: string;
  readonly outputs: { readonly features: string; readonly deadLetter: string };
  readonly encoder: EncoderOptions;
  /** Width × height of a picture at most. */
  readonly maxPixels: number;
  readonly batchSize: number;
  readonly lingerMs: number;
  /** Threads with an encoder each. */
  readonly workers: number | 'auto';
}

/** Pictures in; the features that an encoder makes of them out, in micro-batches across lanes, in threads. */
export async function startImageFeatures(
  options: ImageFeaturesOptions,
  sensors: SensorTable,
  context: StageContext,
): Promise<RunningStage> {
  const { input, outputs, encoder, maxPixels, batchSize, lingerMs } = options;
  const { name: stage, metrics } = context;
  const data: ImageWorkerData = { encoder, sensors, limits: { ...IMAGE_LIMITS, maxPixels } };
  const size = options.workers === 'auto' ? Math.max(1, availableParallelism() - 1) : options.workers;
  const threads = Array.from(
    { length: size },
    () => new WorkerThread(import.meta.url, './image-features.worker', data),
  );
  const opening = new EncoderOpening(
    report => Promise.all(threads.map(thread => thread.call<string>({ type: 'open' }, [], report))),
    context,
  );
  const batcher = new MicroBatcher<Message, EncodedFrame | RefusedFrame>(
    messages => encode(messages, threads, context),
    { maxItems: batchSize, lingerMs },
  );

  const pipeline = (lane: Lane): Observable<unknown> => {
    const opened = opening.until(lane.stopped);
    const order = new FrameOrder();
    const work = async (message: Message): Promise<readonly Outgoing[]> => {
      await opened;
      const answer = await batcher.run(message);
      if (answer.origin) observe(answer.origin, order, context);
      if ('code' in answer) throw new RefusedMessage(answer.code, answer.message, answer.origin ?? {});
      const { origin, features } = answer;
      if (!features) return [];
      metrics.encodedImages.inc({ stage });
      const { sensor, timeUs } = origin;
      return [{ topic: outputs.features, key: sensor, value: features, dataEndUs: timeUs }];
    };
    return mapMessages(lane, work, { concurrency: batchSize, deadLetter: outputs.deadLetter }, context);
  };

  const end = async () => {
    opening.stop();
    await Promise.all(threads.map(thread => thread.close()));
  };
  const consumption = await consumeInputs(context, [input], pipeline).catch(async error => {
    await end();
    throw error;
  });
  const done = Promise.race([consumption.done, opening.failed]);
  done.catch(() => {});
  return {
    inputs: [input],
    consumes: true,
    isBusy: async () => !opening.isOpen,
    get waiting() {
      return !opening.isOpen;
    },
    get detail() {
      return opening.detail;
    },
    get lanes() {
      return consumption.lanes;
    },
    done,
    stop: async () => {
      await consumption.stop();
      await end();
    },
  };
}

function observe(origin: FrameOrigin, order: FrameOrder, { metrics }: StageContext): void {
  const { sensor, timeUs } = origin;
  const kind = order.observe(origin);
  if (kind) metrics.sensorNotices.inc({ kind, sensor });
  metrics.sensorLastEventSeconds.set({ sensor }, timeUs / 1e6);
}

/** Each thread takes its share of a batch. */
async function encode(
  messages: readonly Message[],
  threads: readonly WorkerThread[],
  { name: stage, metrics, now }: StageContext,
): Promise<(EncodedFrame | RefusedFrame)[]> {
  const startMs = now();
  const shares = await Promise.all(
    threads.map((thread, first): Promise<ImageAnswer> | ImageAnswer => {
      const share = messages.filter((_, i) => i % threads.length === first);
      if (share.length === 0) return [];
      // A message is a view of a whole fetch, which can't be moved to a thread: its bytes are copied once, here.
      const bytes = share.map(({ value }) => Uint8Array.from(value ?? []));
      const request: ImageRequest = { type: 'frames', messages: bytes };
      return thread.call<ImageAnswer>(
        request,
        bytes.map(({ buffer }) => buffer),
      );
    }),
  );
  metrics.batchEvents.observe({ stage }, messages.length);
  metrics.inferenceSeconds.observe({ stage }, (now() - startMs) / 1000);
  return messages.map((_, i) => shares[i % threads.length]![Math.floor(i / threads.length)]!);
}
