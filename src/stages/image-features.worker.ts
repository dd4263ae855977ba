import { workerData } from 'node:worker_threads';
import { PlantsenseError } from '../errors.js';
import type { EncoderOptions } from '../lifecycle/image-encoder/encoder-options.js';
import { openImageEncoder } from '../lifecycle/image-encoder/open-image-encoder.js';
import { serveWorker } from '../stream/worker-server.js';
import type { ImageLimits } from '../vision/image-limits.js';
import { type EncodedFrame, FrameEncoder, type RefusedFrame } from './frame-encoder.js';
import type { SensorTable } from './sensor-settings.js';
import { openTensors } from './tensor-notices.js';

/** Decodes and encodes pictures in a thread of its own. */

export interface ImageWorkerData {
  readonly encoder: EncoderOptions;
  readonly sensors: SensorTable;
  readonly limits: ImageLimits;
}

export type ImageRequest =
  /** Answered with the encoder's id once it is ready, which may take a download; what it does meanwhile is reported. */
  { readonly type: 'open' } | { readonly type: 'frames'; readonly messages: readonly Uint8Array[] };

/** In the order of the messages. */
export type ImageAnswer = readonly (EncodedFrame | RefusedFrame)[];

const { encoder: options, sensors, limits } = workerData as ImageWorkerData;
let frames: FrameEncoder | null = null;
/** Ending the thread ends what is under way. */
const { signal } = new AbortController();

serveWorker(async (request: ImageRequest, report) => {
  if (request.type === 'open') {
    if (options.type !== 'texture') await openTensors(report);
    const encoder = await openImageEncoder(options, { report, signal });
    frames = new FrameEncoder(encoder, sensors, limits);
    return { result: encoder.id };
  }
  if (!frames) throw new PlantsenseError('INTERNAL', 'Pictures came before the encoder was open.');
  const result: ImageAnswer = await frames.encode(request.messages);
  const records = result.flatMap(each => ('features' in each && each.features ? [each.features] : []));
  return { result, transfer: records.map(({ buffer }) => buffer as ArrayBuffer) };
});
