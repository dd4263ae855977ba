import { workerData } from 'node:worker_threads';
import type { LogMelOptions } from '../audio/log-mel.js';
import { toPlantsenseError } from '../errors.js';
import type { Checkpoint } from '../stream/checkpoint.js';
import { exponentialBackoff } from '../stream/retry.js';
import { serveWorker } from '../stream/worker-server.js';
import { ClipStore } from './clip-store.js';
import { EventTensor } from './event-tensor.js';
import { SoundLane, type SoundLaneOptions } from './sound-lane.js';

/** Serves lanes of raw audio in a thread of its own. */

export interface SoundWorkerData {
  readonly lane: SoundLaneOptions;
  readonly logMel: Partial<LogMelOptions>;
  readonly clipDirectory: string;
}

/** Reported while a chunk waits for something that is tried again. */
export interface Trouble {
  readonly code: string;
  readonly message: string;
}

export type SoundRequest =
  | { readonly type: 'open'; readonly lane: number; readonly start: Checkpoint }
  | {
      readonly type: 'chunk';
      readonly lane: number;
      readonly bytes: Uint8Array;
      readonly offset: number;
      readonly replayed: boolean;
    }
  | { readonly type: 'close'; readonly lane: number };

const { lane: options, logMel, clipDirectory } = workerData as SoundWorkerData;
const tensor = new EventTensor(logMel);
let report: (trouble: Trouble) => void = () => {};
const clips = new ClipStore(clipDirectory, {
  backoff: exponentialBackoff,
  onRetry: thrown => {
    const { code, message } = toPlantsenseError(thrown);
    report({ code, message });
  },
});
const lanes = new Map<number, SoundLane>();

serveWorker(async (request: SoundRequest, progress) => {
  // Calls are served one after another: whatever happens belongs to this one.
  report = progress;
  switch (request.type) {
    case 'open':
      lanes.set(request.lane, new SoundLane(request.start, options, tensor, clips));
      return { result: null };
    case 'chunk':
      return { result: await lanes.get(request.lane)!.step(request.bytes, request.offset, request.replayed) };
    case 'close':
      lanes.delete(request.lane);
      return { result: null };
  }
});
