import { afterEach, describe, expect, it } from 'vitest';
import { encodePcm } from '../audio/pcm.js';
import { noise } from '../audio/testing/signals.js';
import { codec } from '../records/codec.js';
import { emptyCheckpoint } from '../stream/checkpoint.js';
import { WorkerThread } from '../stream/worker-pool.js';
import type {
  ChunkRequest,
  MachineAnswer,
  MachineRequest,
  MachineWorkerData,
} from './machine-residual.worker.js';
import { MACHINE_LANE } from './testing/machine-life.js';

const data: MachineWorkerData = {
  lane: { ...MACHINE_LANE, clockJumpSecs: 0.5 },
  segment: { nFft: 64, overlap: 32, width: 8, step: 6, normalize: 'segment' },
  featuresTopic: 'features',
  clipDirectory: '/nowhere',
  modelDirectory: '/nowhere',
};

function chunk(lane: number, samples = noise(0.1, 800, lane + 1)): ChunkRequest {
  const bytes = codec('audio-chunk').encode({
    ...{ sensor: 'press', streamId: 's', firstSample: 0, sampleRateHz: 8_000, endOfStream: false },
    ...{ startTimeUs: 1_700_000_000_000_000, channels: 1, encoding: 'F32LE', calibrationDbSpl: null },
    samples: encodePcm(samples, 'f32le'),
  });
  return { lane, bytes, offset: 0, replayed: false };
}

describe('the thread of machines', () => {
  let thread: WorkerThread;
  const call = <T>(request: MachineRequest) => thread.call<T>(request);
  afterEach(() => thread.close());

  it('answers the other lanes of a batch when a chunk is broken, or its lane has ended', async () => {
    thread = new WorkerThread(import.meta.url, './machine-residual.worker', data);
    for (const lane of [1, 2, 3]) await call({ type: 'open', lane, start: emptyCheckpoint(0) });
    await call({ type: 'close', lane: 2 });
    const broken = { ...chunk(3), bytes: Uint8Array.of(1, 2, 3) };
    const { steps } = await call<MachineAnswer>({
      type: 'chunks',
      chunks: [chunk(1), chunk(2), broken, chunk(3)],
    });
    // Moved, not copied: all are there.
    const tensors = Array(6).fill(expect.objectContaining({ topic: 'features', key: 'press' }));
    expect(steps).toEqual([
      expect.objectContaining({ lane: 1, outputs: tensors, segments: { scored: 0, off: 0, unscored: 6 } }),
      // Nobody is told that it became a dead letter: its next owner makes it anew.
      null,
      expect.objectContaining({ code: 'RECORD_NOT_AVRO' }),
      expect.objectContaining({ lane: 3, outputs: tensors, segments: { scored: 0, off: 0, unscored: 6 } }),
    ]);
  });
});
